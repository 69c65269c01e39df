// Lanes: a head with counts over time and deployments, and below it, unfolded, a row for each task.

const MOST_ROWS = 16;
const FEW = 6; // lives of a lane that is unfolded from the beginning, and needs no counts
const DEPLOYED = {
  COMPLETED: "fine",
  IN_PROGRESS: "rolling",
  FAILED: "bad",
  ROLLED_BACK: "bad",
  SUPERSEDED: "fine",
  STOPPED: "fine",
  UNKNOWN: "fine",
};

function bar(view, from, to, className) {
  const [left, right] = [view.across(from), view.across(to)];
  if (right < 0 || left > 1) return null;
  const made = element("span", `part ${className}`);
  made.style.left = `${Math.max(left, 0) * 100}%`;
  made.style.width = `${(Math.min(right, 1) - Math.max(left, 0)) * 100}%`;
  return made;
}

function mark(view, at, className, text, title) {
  const x = view.across(at);
  if (x < -0.002 || x > 1.002) return null;
  const made = element("span", `mark ${className}`, text);
  made.style.left = `${x * 100}%`;
  return title ? hint(made, title) : made;
}

// The life as a bar: its parts, its protection, how it ended, and which versions no event brought.
function track(life, view) {
  const ended = life.look === "failed" ? "cap failed" : life.look === "unhealthy" ? "cap unhealthy" : null;
  const held = life.held && bar(view, life.held[0], life.held[1] ?? life.ended, "held");
  return element(
    "span",
    `track ${life.look}`,
    held,
    ...parts(life).map(([from, to, status]) => bar(view, from, to, status)),
    ended && mark(view, life.ended, ended, ""),
    ...life.repaired.map((at) => mark(view, at, "repair", "\u25c6")),
  );
}

function described(life, calendar) {
  const times = life.open
    ? `since ${calendar.stamp(life.began)}`
    : `${calendar.stamp(life.began)} to ${calendar.stamp(life.ended)}`;
  const noted = [life.held && "protected", life.repaired.length && "repaired by a sweep or look-up"].filter(
    Boolean,
  );
  return `Task ${shortId(life.id)}, ${[outcome(life), times, ...noted].join(", ")}`;
}

function lifeRow(life, page) {
  const text = described(life, page.chapter.calendar);
  const label = element(
    "span",
    "label",
    element("span", "id", shortId(life.id)),
    element("span", `look ${life.look}`, outcome(life)),
  );
  return hint(button("entry", text, label, track(life, page.view)), text);
}

class Lane {
  constructor(lane, page) {
    Object.assign(this, { lane, page, lives: lane.lives, unfolded: lane.unfolded });
    this.toggle = button("toggle", null);
    this.toggle.addEventListener("click", () => this.turn(!this.unfolded));
    this.track = element("div", "track-area");
    this.rows = new Rows(
      `Tasks of ${lane.name}`,
      MOST_ROWS,
      (life) => lifeRow(life, page),
      (life) => page.open("life", life),
    );
    this.flags = element("div", "flags");
    this.lines = element("div", "lines");
    this.body = element("div", "lane-body", this.rows.element);
    this.element = element(
      "section",
      "lane",
      element("div", "lane-head", element("h3", "", this.toggle), this.track),
      this.body,
      this.lines,
    );
    this.element.dataset.key = lane.key;
    this.head(lane.lives.length, 0);
  }

  // Its name, and how much of it is in sight.
  head(inSight, most) {
    const { lane, lives } = this;
    const bad = lives.filter((life) => life.findings.length).length;
    const numbers = [
      inSight < lives.length
        ? `${inSight.toLocaleString("en-US")} of ${several(lives.length, "task")} in sight`
        : several(lives.length, "task"),
    ];
    if (most > 1) numbers.push(`at most ${most.toLocaleString("en-US")} running`);
    if (lane.counts) numbers.push(`${lane.counts[0]} of ${lane.counts[1]} run`);
    this.toggle.replaceChildren(
      element("span", "arrow"),
      element("span", "name", lane.name),
      element("span", "of", lane.sort === "family" ? `task family in ${lane.cluster}` : lane.cluster),
      element(
        "span",
        "numbers",
        numbers.join(", "),
        bad ? element("span", "bad", `, ${bad.toLocaleString("en-US")} with findings`) : null,
      ),
    );
    hint(this.toggle, lane.findings.map((one) => one[2]).join("\n"));
    this.toggle.setAttribute("aria-expanded", String(this.unfolded));
  }

  // Shows these of its lives.
  show(lives) {
    this.lives = lives;
    this.drawn = false;
  }

  turn(unfolded) {
    this.unfolded = unfolded;
    this.toggle.setAttribute("aria-expanded", String(unfolded));
    this.draw();
  }

  draw() {
    const { view } = this.page;
    this.drawn = true;
    this.element.classList.toggle("unfolded", this.unfolded);
    const few = this.unfolded && this.lives.length <= FEW;
    const inSight = this.lives.filter(
      (life) => view.across(life.began) <= 1 && view.across(Math.max(life.ended, life.began)) >= 0,
    );
    const { picture, most } = few ? { picture: null, most: 0 } : strip(inSight, view);
    this.head(inSight.length, most);
    this.drawDeployments(view);
    this.track.replaceChildren(this.flags, ...[picture].filter(Boolean));
    this.track.classList.toggle("plain", few);
    this.body.hidden = !this.unfolded || !inSight.length;
    this.rows.set(this.unfolded ? inSight : []);
  }

  // A line across the lane for each deployment; its name as far as there is room before the next.
  drawDeployments(view) {
    const width = this.page.trackWidth();
    const inSight = this.lane.deployments.filter(
      (one) => view.across(one[2]) >= 0 && view.across(one[2]) <= 1,
    );
    const places = inSight.map((one) => view.across(one[2]) * width);
    this.lines.replaceChildren(
      ...inSight.map((one) => mark(view, one[2], `line ${DEPLOYED[one[4]] ?? "fine"}`, "")),
    );
    this.flags.replaceChildren(
      ...inSight.map((one, place) =>
        this.flag(one, places[place], (places[place + 1] ?? Infinity) - 2, width),
      ),
    );
    this.element.classList.toggle("deployed", inSight.length > 0);
  }

  flag(one, x, next, width) {
    const [id, revision, at, , result, , rollsBack] = one;
    const sort = DEPLOYED[result] ?? "fine";
    const name = `${rollsBack ? "\u21a9 " : sort === "bad" ? "\u2715 " : ""}${revision}`;
    const made = button(`flag ${sort}`, `Deployment ${revision}, ${result}`, name);
    made.dataset.key = id;
    made.style.left = `${(x / width) * 100}%`;
    if (next < width) made.style.maxWidth = `${Math.max(next - x, 8)}px`;
    made.classList.toggle("tight", next - x < 24);
    made.classList.toggle("before", next > width && x > width - name.length * 7 - 14);
    made.addEventListener("click", () => this.page.open("deployment", { lane: this.lane, one, key: id }));
    return hint(made, `Deployment ${revision} (${id}): ${result}, ${this.page.chapter.calendar.stamp(at)}`);
  }
}
