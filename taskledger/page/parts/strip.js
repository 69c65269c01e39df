// How many tasks of a lane stood how, over the time in sight: areas on top of each other.

const BINS = 240;
const AREAS = ["running", "starting", "stopping", "failed"];

// By status, how many lives were so at any time of each bin; of the failed, how many ended in it.
function counts(lives, view) {
  const found = Object.fromEntries(AREAS.map((name) => [name, new Int32Array(BINS + 1)]));
  const bin = (at) => Math.floor(view.across(at) * BINS);
  const add = (name, first, last) => {
    if (last < 0 || first >= BINS) return;
    found[name][Math.max(first, 0)] += 1;
    found[name][Math.min(last, BINS - 1) + 1] -= 1;
  };
  for (const life of lives) {
    for (const [from, to, status] of parts(life)) add(status, bin(from), bin(to));
    if (life.look === "failed") add("failed", bin(life.ended), bin(life.ended));
  }
  for (const one of Object.values(found))
    for (let place = 1; place <= BINS; place += 1) one[place] += one[place - 1];
  return found;
}

// The picture, and the most that ran at once.
function strip(lives, view) {
  const found = counts(lives, view);
  const total = Array.from({ length: BINS }, (_, place) =>
    AREAS.reduce((sum, name) => sum + found[name][place], 0),
  );
  const most = Math.max(...total, 1);
  const picture = drawing("svg", {
    class: "strip",
    viewBox: `0 0 ${BINS} 100`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const below = new Float64Array(BINS);
  for (const name of AREAS) {
    let path = "";
    for (let place = 0; place < BINS; place += 1) {
      const number = found[name][place];
      if (!number) continue;
      const height = Math.max((number / most) * 100, name === "failed" ? 12 : 1);
      const top = Math.max(100 - below[place] - height, 0);
      path += `M${place} ${top.toFixed(1)}h1v${height.toFixed(1)}h-1z`;
      below[place] += height;
    }
    if (path) picture.append(drawing("path", { d: path, class: `area ${name}` }));
  }
  return { picture, most: Math.max(...found.running.subarray(0, BINS)) };
}
