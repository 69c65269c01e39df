// What is known of one incident, task or deployment, beside the time axis. Escape closes it.

const line = (name, value) => (value === null || value === undefined || value === "" ? [] : [element("dt", "", name), element("dd", "", value)]);

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
    element("div", "fault", element("p", "", badge(severity), " ", element("b", "", title)), element("p", "", summary), element("p", "dim", remedy)));
}

function incidentPanel(one, page) {
  const { calendar, byTask, typed } = page.chapter;
  const cost = one.cost === null ? [] : line("Cost", `$${one.cost}`);
  const messages = one.messages.map(([at, type, severity, subject]) =>
    [element("span", "glyph", glyph(type)), `${calendar.stamp(at)}  ${type ?? "message"}, ${severity}`, subject && element("span", "dim block", subject)]);
  const tasks = one.tasks.map(([id, code, reason, containers]) => element(
    "li",
    "",
    byTask.has(id) ? page.link("life", byTask.get(id), shortId(id)) : shortId(id),
    ` ${[code, reason].filter(Boolean).join(": ")}`,
    containers.length ? list("dim", containers.map((each) => ended(...each))) : null,
  ));
  return {
    title: `${one.owner}: ${one.what}`,
    parts: [
      element("p", "", badge(one.severity), ` ${one.status} `, element("span", "dim", one.short)),
      ...one.head.map((each) => element("p", "", each)),
      heading("What to do"),
      ...one.next.map((each) => element("p", "", each)),
      heading("Facts"),
      element("dl", "grid", ...one.facts.flatMap(([name, value]) => line(name, value)), ...cost,
        ...line("First", calendar.stamp(one.first)), ...line("Last", calendar.stamp(one.last)), ...line("Resolved", one.resolved === null ? null : calendar.stamp(one.resolved))),
      heading(typed ? "Messages" : "Messages: the last of each severity"),
      one.messages.length ? element("ul", "plain", ...messages.map((each) => element("li", "", ...each))) : element("p", "dim", "None was sent."),
      ...(tasks.length ? [heading("Tasks"), element("ul", "plain", ...tasks)] : []),
      element("p", "dim small", one.id),
    ],
  };
}

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
      return element("tr", "version", element("td", "", `v${version}`), element("td", "", when(at)), element("td", ""), element("td", "", `${status}${wanted}${how}`));
    }
    const took = before === null ? "" : lasting(at - before);
    before = at;
    return element("tr", "", element("th", "", name), element("td", "", when(at)), element("td", "", took), element("td", ""));
  });
}

function lifePanel(life, page) {
  const { calendar } = page.chapter;
  const [definition, startedBy] = life.kind;
  const [runs, zone, cpu, memory, platform] = life.host;
  const held = life.held && `${life.held[2] ? "on" : "off"}, ${calendar.stamp(life.held[0])} to ${life.held[1] === null ? "no end" : calendar.stamp(life.held[1])}`;
  const head = element("thead", "", element("tr", "", ...["what", "when (UTC)", "took", "status"].map((one) => element("th", "", one))));
  return {
    title: `Task ${shortId(life.id)} of ${life.lane.name}`,
    parts: [
      element("p", `look ${life.look}`, outcome(life)),
      ...(life.findings.length ? faults(life.findings) : [element("p", "dim", "Nothing is wrong with it.")]),
      ...(life.stopCode || life.reason ? [heading("Why it stopped"), element("dl", "grid", ...line("Stop code", life.stopCode), ...line("Reason", life.reason))] : []),
      heading("Timeline"),
      element("table", "timeline", head, element("tbody", "", ...timeline(life, calendar))),
      ...(life.containers.length ? [heading("Containers"), element("ul", "plain", ...life.containers.map((one) => container(one)))] : []),
      heading("Task"),
      element("dl", "grid", ...line("Id", life.id), ...line("Status", life.status), ...line("Health", life.health), ...line("Closed as", life.closedAs),
        ...line("Cluster", life.lane.cluster), ...line("Definition", definition), ...line("Runs on", [runs, zone].filter(Boolean).join(" in ")),
        ...line("Size", cpu === null ? null : `${cpu / 1024} vCPU, ${memory} MiB`), ...line("Platform", platform), ...line("Started by", startedBy), ...line("Protection", held)),
    ],
  };
}

function container([name, code, status, health, reason, image]) {
  const facts = [status, code === null ? null : `exit ${code}`, health].filter(Boolean).join(", ");
  return element("li", "", element("b", "", name), ` ${facts}`, reason && element("span", "block", reason), image && element("span", "dim block", image));
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
      element("dl", "grid", ...line("Began", calendar.stamp(began)), ...line("Ended", end === null ? null : calendar.stamp(end)),
        ...line("Took", end === null ? null : lasting(end - began)), ...line("Rolls back", rollsBack), ...line("Cluster", lane.cluster),
        ...line("Tasks of it", `${several(lives.length, "task")} here, ${bad} with findings`), ...line("Id", id)),
      ...faults(lane.findings),
    ],
  };
}

const PANELS = { incident: incidentPanel, life: lifePanel, deployment: deploymentPanel };
