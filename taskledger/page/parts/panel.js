// What is known of one incident or deployment, beside the time axis. Escape closes it.

const line = (name, value) =>
  value === null || value === undefined || value === ""
    ? []
    : [element("dt", "", name), element("dd", "", value)];

function heading(text) {
  return element("h3", "", text);
}

function list(className, items) {
  return element("ul", className, ...items.map((one) => element("li", "", one)));
}

function ended(name, code, reason) {
  const exit = code === null ? "no exit code" : `exit ${code}`;
  return [name, exit, reason].filter(Boolean).join(", ");
}

function faults(findings) {
  return findings.map(([severity, title, summary, remedy]) =>
    element(
      "div",
      "fault",
      element("p", "", badge(severity), " ", element("b", "", title)),
      element("p", "", summary),
      element("p", "dim", remedy),
    ),
  );
}

// A button that shows the part of the axis from then to then, with some room around it.
function around(from, to, page) {
  const made = button("link around", null, "Zoom to its time");
  made.addEventListener("click", () => {
    const [a, b] = [page.scale.place(from), page.scale.place(to)];
    const room = Math.max((b - a) * 0.2, 1e-4);
    page.show(a - room, b + room);
  });
  return made;
}

function incidentPanel(one, page) {
  const { calendar, byTask, typed } = page.chapter;
  const messages = one.messages.map(([at, type, severity, subject]) => [
    element("span", "glyph", glyph(type)),
    `${calendar.stamp(at)}  ${type ?? "message"}, ${severity}`,
    subject && element("span", "dim block", subject),
  ]);
  const tasks = one.tasks.map(([id, code, reason, containers]) =>
    element(
      "li",
      "",
      byTask.has(id) ? page.link("life", byTask.get(id), shortId(id)) : shortId(id),
      ` ${[code, reason].filter(Boolean).join(": ")}`,
      containers.length
        ? list(
            "dim",
            containers.map((each) => ended(...each)),
          )
        : null,
    ),
  );
  return {
    title: `${one.owner}: ${one.what}`,
    parts: [
      element(
        "p",
        "",
        around(one.first, one.resolved ?? one.last, page),
        badge(one.severity),
        ` ${one.status} `,
        element("span", "dim", one.short),
      ),
      ...one.head.map((each) => element("p", "", each)),
      heading("What to do"),
      ...one.next.map((each) => element("p", "", each)),
      heading("Facts"),
      element(
        "dl",
        "grid",
        ...one.facts.flatMap(([name, value]) => line(name, value)),
        ...line("First", calendar.stamp(one.first)),
        ...line("Last", calendar.stamp(one.last)),
        ...line("Resolved", one.resolved === null ? null : calendar.stamp(one.resolved)),
      ),
      heading(typed ? "Messages" : "Messages: the last of each severity"),
      one.messages.length
        ? element("ul", "plain", ...messages.map((each) => element("li", "", ...each)))
        : element("p", "dim", "None was sent."),
      ...(tasks.length ? [heading("Tasks"), element("ul", "plain", ...tasks)] : []),
      element("p", "dim small", one.id),
    ],
  };
}

function deploymentPanel({ lane, one }, page) {
  const { calendar } = page.chapter;
  const [id, name, began, end, result, reason, rollsBack] = one;
  const lives = lane.lives.filter((life) => life.kind[1] === id);
  const bad = lives.filter((life) => life.findings.length).length;
  return {
    title: `Deployment ${name} of ${lane.name}`,
    parts: [
      element("p", `look ${DEPLOYED[result] === "bad" ? "failed" : ""}`, result),
      reason ? element("p", "", reason) : null,
      element(
        "dl",
        "grid",
        ...line("Began", calendar.stamp(began)),
        ...line("Ended", end === null ? null : calendar.stamp(end)),
        ...line("Took", end === null ? null : lasting(end - began)),
        ...line("Rolls back", rollsBack),
        ...line("Cluster", lane.cluster),
        ...line("Tasks of it", `${several(lives.length, "task")} here, ${bad} with findings`),
        ...line("Id", id),
      ),
      ...faults(lane.findings),
    ],
  };
}
