// Incidents as rows: from the first fault to the end, with the messages that were sent.

const MOST_INCIDENTS = 10;
const GLYPHS = { OPENED: "\u25b2", ONGOING: "\u25cf", RESOLVED: "\u2713", DIGEST: "\u2261" };

const glyph = (type) => GLYPHS[type] ?? "\u2709";

function spoken(message, calendar) {
  const [at, type, severity] = message;
  return `${type ?? "message"}, ${severity}, ${calendar.stamp(at)}`;
}

function badge(severity) {
  return element("span", `badge s${rank(severity)}`, severity);
}

function incidentRow(one, page) {
  const { calendar } = page.chapter;
  const times =
    one.resolved === null
      ? `since ${calendar.stamp(one.first)}`
      : `${calendar.stamp(one.first)} to ${calendar.stamp(one.resolved)}`;
  const text = `${one.severity}: ${one.owner}, ${one.what}, ${one.status}, ${times}, ${several(one.messages.length, "message")}`;
  const label = element(
    "span",
    "label",
    badge(one.severity),
    element("span", "owner", one.owner),
    element("span", "what", one.what),
    one.count > 1 && element("span", "times", `\u00d7${one.count.toLocaleString("en-US")}`),
  );
  const end = one.resolved ?? page.chapter.end;
  const shown = element(
    "span",
    "track",
    bar(page.view, one.last, end, `incident after s${rank(one.severity)}`),
    bar(page.view, one.first, one.last, `incident s${rank(one.severity)}`),
    ...one.messages.map((message) =>
      mark(page.view, message[0], "message", glyph(message[1]), spoken(message, calendar)),
    ),
  );
  return hint(button("entry", text, label, shown), text);
}

// Of a ledger alone the types of messages are not known, but that of an end.
function incidentLegend(typed) {
  const all = { OPENED: "opened", ONGOING: "goes on", RESOLVED: "resolved", DIGEST: "in a digest" };
  const names = typed ? all : { message: "the last message of a severity", RESOLVED: all.RESOLVED };
  return Object.entries(names).map(([type, words]) =>
    element("span", "key", element("b", "", glyph(type)), words),
  );
}

function lifeLegend() {
  const parts = {
    starting: "starting",
    running: "running",
    stopping: "stopping, not healthy",
    failed: "failed",
    over: "over as planned",
    held: "protected",
  };
  const keys = Object.entries(parts).map(([name, words]) =>
    element("span", "key", element("i", `swatch ${name}`), words),
  );
  const repaired = element("span", "key", element("b", "repair", "\u25c6"), "repaired: no event came");
  const deployed = element("span", "key", element("i", "swatch deployed"), "deployment");
  return [...keys, repaired, deployed];
}
