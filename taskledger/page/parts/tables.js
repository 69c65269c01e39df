// The same as tables, for whoever reads rather than looks, and for print.

const MOST_LISTED = 100;

function table(caption, names, rows, all) {
  if (!rows.length) return null;
  const more = all > rows.length ? `, the first ${rows.length} of ${all.toLocaleString("en-US")}` : "";
  const heads = names.map((name) => {
    const made = element("th", "", name);
    made.scope = "col";
    return made;
  });
  const cells = (row) => row.map((cell) => element("td", "", cell ?? "-"));
  return element(
    "div",
    "scroll",
    element(
      "table",
      "",
      element("caption", "", caption + more),
      element("thead", "", element("tr", "", ...heads)),
      element("tbody", "", ...rows.map((row) => element("tr", "", ...cells(row)))),
    ),
  );
}

function incidentTable(incidents, page) {
  const { calendar } = page.chapter;
  const rows = incidents
    .slice(0, MOST_LISTED)
    .map((one) => [
      badge(one.severity),
      page.link("incident", one, one.short),
      one.owner,
      one.cluster,
      one.what,
      String(one.count),
      calendar.stamp(one.first),
      one.resolved === null ? one.status : `${one.status} ${calendar.stamp(one.resolved)}`,
    ]);
  return table(
    "Incidents",
    ["severity", "incident", "owner", "cluster", "what", "count", "first (UTC)", "status"],
    rows,
    incidents.length,
  );
}

function taskTable(lives, page) {
  const { calendar } = page.chapter;
  const worst = (life) => Math.max(...life.findings.map((one) => rank(one[0])));
  const bad = lives.filter((life) => life.findings.length).sort((one, other) => worst(other) - worst(one));
  const rows = bad
    .slice(0, MOST_LISTED)
    .map((life) => [
      badge(life.findings[0][0]),
      page.link("life", life, shortId(life.id)),
      life.lane.name,
      life.lane.cluster,
      LOOKS[life.look],
      calendar.stamp(life.ended),
      life.stopCode,
      life.findings[0][2],
    ]);
  return table(
    "Tasks with which something is wrong",
    ["severity", "task", "of", "cluster", "status", "until (UTC)", "stop code", "what is wrong"],
    rows,
    bad.length,
  );
}
