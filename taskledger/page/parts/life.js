// What is known of one task: what is wrong, why it stopped, what it came through, and what it ran.

// Each moment of a life and how long it took from the one before; the versions stand between.
function timeline(life, calendar) {
  let [before, lastDay] = [null, ""];
  const when = (at) => {
    const day = calendar.day(at);
    const text = day === lastDay ? calendar.clock(at, true) : `${day} ${calendar.clock(at, true)}`;
    lastDay = day;
    return text;
  };
  return life.course.map(([name, version, status, desired, source], place) => {
    const at = life.times[place];
    if (name === "version") {
      const wanted = desired === status || desired === "RUNNING" || !desired ? "" : `, to be ${desired}`;
      const how = source === "event" ? "" : ` (from a ${source}, not an event)`;
      return element(
        "tr",
        "version",
        element("td", "", `v${version}`),
        element("td", "", when(at)),
        element("td", ""),
        element("td", "", `${status}${wanted}${how}`),
      );
    }
    const took = before === null ? "" : lasting(at - before);
    before = at;
    return element(
      "tr",
      "",
      element("th", "", name),
      element("td", "", when(at)),
      element("td", "", took),
      element("td", ""),
    );
  });
}

function lifePanel(life, page) {
  const { calendar } = page.chapter;
  const [definition, startedBy] = life.kind;
  const [runs, zone, cpu, memory, platform] = life.host;
  const held =
    life.held &&
    `${life.held[2] ? "on" : "off"}, ${calendar.stamp(life.held[0])} to ${life.held[1] === null ? "no end" : calendar.stamp(life.held[1])}`;
  const head = element(
    "thead",
    "",
    element("tr", "", ...["what", "when (UTC)", "took", "status"].map((one) => element("th", "", one))),
  );
  return {
    title: `Task ${shortId(life.id)} of ${life.lane.name}`,
    parts: [
      element("p", `look ${life.look}`, around(life.began, life.ended, page), outcome(life)),
      ...(life.findings.length ? faults(life.findings) : [element("p", "dim", "Nothing is wrong with it.")]),
      ...(life.stopCode || life.reason
        ? [
            heading("Why it stopped"),
            element("dl", "grid", ...line("Stop code", life.stopCode), ...line("Reason", life.reason)),
          ]
        : []),
      heading("Timeline"),
      element("table", "timeline", head, element("tbody", "", ...timeline(life, calendar))),
      ...(life.containers.length
        ? [heading("Containers"), element("ul", "plain", ...life.containers.map((one) => container(one)))]
        : []),
      heading("Task"),
      element(
        "dl",
        "grid",
        ...line("Id", life.id),
        ...line("Status", life.status),
        ...line("Health", life.health),
        ...line("Closed as", life.closedAs),
        ...line("Cluster", life.lane.cluster),
        ...line("Definition", definition),
        ...line("Runs on", [runs, zone].filter(Boolean).join(" in ")),
        ...line("Size", cpu === null ? null : `${cpu / 1024} vCPU, ${memory} MiB`),
        ...line("Platform", platform),
        ...line("Started by", startedBy),
        ...line("Protection", held),
      ),
    ],
  };
}

function container([name, code, status, health, reason, image]) {
  const facts = [status, code === null ? null : `exit ${code}`, health].filter(Boolean).join(", ");
  return element(
    "li",
    "",
    element("b", "", name),
    ` ${facts}`,
    reason && element("span", "block", reason),
    image && element("span", "dim block", image),
  );
}

const PANELS = { incident: incidentPanel, life: lifePanel, deployment: deploymentPanel };
