// The page: which chapter, which part of its time, what is filtered, and what is open beside it.

const CHAPTERS = JSON.parse(byId("data").textContent).chapters;
const LEAST_PART = 1e-5; // of the axis, which zooming in ends at

let page = null;
const chapterOffset = () => page.chapter.start / 100;

class Page {
  constructor(raw) {
    page = this;
    this.chapter = readChapter(raw);
    this.times = happened(this.chapter);
    this.opened = null;
    this.view = {
      a: 0,
      b: 1,
      across: (at) => (this.scale.place(at) - this.view.a) / (this.view.b - this.view.a),
    };
    this.scale = new Scale(this.times, this.chapter.since, byId("quiet").checked);
    byId("quiet-label").hidden = new Scale(this.times, this.chapter.since, true).breaks.length === 0;
    this.incidents = new Rows(
      "Incidents",
      MOST_INCIDENTS,
      (one) => incidentRow(one, this),
      (one) => this.open("incident", one),
    );
    byId("incidents").replaceChildren(this.incidents.element);
    this.lanes = this.chapter.lanes.map((lane) => new Lane(lane, this));
    byId("lanes").replaceChildren(this.grid(), ...this.lanes.map((lane) => lane.element));
    this.sight = new IntersectionObserver((seen) => seen.forEach((one) => this.onSight(one)), {
      rootMargin: "300px",
    });
    this.inSight = new Set();
    for (const lane of this.lanes) this.sight.observe(lane.element);
    byId("incident-keys").replaceChildren(...incidentLegend(this.chapter.typed));
    this.close();
    this.facts();
    this.filter();
  }

  leave() {
    this.sight.disconnect();
  }

  grid() {
    this.lattice = element("div", "lattice");
    this.lattice.setAttribute("aria-hidden", "true");
    return this.lattice;
  }

  onSight({ target, isIntersecting }) {
    const lane = this.lanes.find((one) => one.element === target);
    this.inSight[isIntersecting ? "add" : "delete"](lane);
    if (isIntersecting && !lane.drawn) lane.draw();
  }

  facts() {
    const { chapter } = this;
    const from = chapter.since ?? this.times[0];
    byId("subtitle").textContent = CHAPTERS.length > 1 ? "" : chapter.title;
    const open = chapter.incidents.filter((one) => one.resolved === null).length;
    const facts = {
      time: chapter.calendar.range(from, Math.max(chapter.now, from)),
      [chapter.clusters.length === 1 ? "cluster" : "clusters"]: clustersShown(chapter.clusters),
      tasks: chapter.tasks.toLocaleString("en-US"),
      incidents: `${chapter.incidents.length.toLocaleString("en-US")}${open ? `, ${open} open` : ""}`,
      messages: chapter.messages.toLocaleString("en-US"),
    };
    byId("facts").replaceChildren(
      ...Object.entries(facts).map(([name, value]) => element("div", "", ...line(name, value))),
    );
  }

  filter() {
    const words = byId("search").value.trim().toLowerCase();
    const trouble = byId("trouble").checked;
    this.shownIncidents = this.chapter.incidents.filter((one) => one.searchable.includes(words));
    for (const lane of this.lanes) {
      const whole = lane.lane.searchable.includes(words);
      lane.show(
        lane.lane.lives.filter(
          (life) => (!trouble || life.findings.length) && (whole || life.searchable().includes(words)),
        ),
      );
      lane.element.hidden = !lane.lives.length && (trouble ? !lane.lane.findings.length || !whole : !whole);
    }
    const lanes = this.lanes.filter((lane) => !lane.element.hidden);
    this.lives = lanes.flatMap((lane) => lane.lives);
    byId("incidents-count").textContent = this.shownIncidents.length.toLocaleString("en-US");
    byId("no-incident").hidden = this.shownIncidents.length > 0;
    byId("no-lane").hidden = lanes.length > 0;
    byId("lanes-count").textContent =
      `${several(lanes.length, "lane")}, ${several(this.lives.length, "task")}`;
    const tables = [incidentTable(this.shownIncidents, this), taskTable(this.lives, this)].filter(Boolean);
    byId("tables").replaceChildren(
      ...(tables.length ? tables : [element("p", "none", "Nothing is wrong here.")]),
    );
    this.draw();
  }

  draw() {
    const { view, scale, chapter } = this;
    const width = this.trackWidth();
    const ticks = scale.ticks(view.a, view.b, width, chapter.calendar);
    byId("axis").replaceChildren(...ticks.map(tick), ...this.folds(true));
    this.lattice.replaceChildren(
      ...ticks.map(({ x }) => placedAt(element("i", "tick"), x / width)),
      ...this.folds(false),
    );
    byId("range").textContent = chapter.calendar.range(scale.time(view.a), scale.time(view.b));
    byId("out").disabled = byId("all").disabled = view.a === 0 && view.b === 1;
    this.incidents.set(this.shownIncidents);
    for (const lane of this.lanes) lane.drawn = false;
    for (const lane of this.inSight) if (!lane.element.hidden) lane.draw();
  }

  // Marks where quiet times are folded.
  folds(named) {
    const { view, scale } = this;
    return scale.breaks.flatMap(({ from, to, x, end }) => {
      const [left, right] = [x, end].map((one) => (one - view.a) / (view.b - view.a));
      if (right < 0 || left > 1) return [];
      const made = placedAt(element("i", "fold"), Math.max(left, 0));
      made.style.width = `${(Math.min(right, 1) - Math.max(left, 0)) * 100}%`;
      return [named ? hint(made, `Nothing for ${lasting(to - from)}`) : made];
    });
  }

  trackWidth() {
    return byId("axis").clientWidth || 1;
  }

  // Shows the part from a to b of the axis.
  show(a, b) {
    const part = Math.min(Math.max(b - a, LEAST_PART), 1);
    this.view.a = Math.min(Math.max((a + b - part) / 2, 0), 1 - part);
    this.view.b = this.view.a + part;
    this.draw();
  }

  zoom(factor, around = 0.5) {
    const { a, b } = this.view;
    const middle = a + (b - a) * around;
    this.show(middle - (middle - a) * factor, middle + (b - middle) * factor);
  }

  pan(share) {
    const part = this.view.b - this.view.a;
    const a = Math.min(Math.max(this.view.a + part * share, 0), 1 - part);
    this.show(a, a + part);
  }

  open(sort, item) {
    const panel = byId("panel");
    const { title, parts: shown } = PANELS[sort](item, this);
    const name = element("h2", "", title);
    name.id = "panel-title";
    name.tabIndex = -1;
    const close = button("close", "Close (Escape)", "\u00d7");
    close.addEventListener("click", () => this.closeAndReturn());
    panel.replaceChildren(element("div", "panel-head", name, close), ...shown.filter(Boolean));
    if (!this.opened) this.from = document.activeElement;
    this.opened = { sort, item };
    panel.hidden = false;
    panel.scrollTop = 0;
    document.body.classList.add("beside");
    name.focus({ preventScroll: true });
  }

  close() {
    byId("panel").hidden = true;
    this.opened = null;
    document.body.classList.remove("beside");
  }

  // The focus goes back to where it came from, also where the row was drawn anew meanwhile.
  closeAndReturn() {
    const { from, opened } = this;
    if (!opened) return;
    this.close();
    if (from?.isConnected) return from.focus();
    const lane = this.lanes.find((one) => one.lane === opened.item.lane);
    if (!(lane ? lane.rows : this.incidents).focusKey(opened.item.key)) byId("lanes-title").focus();
  }

  link(sort, item, text) {
    const made = button("link", null, text);
    made.addEventListener("click", () => this.open(sort, item));
    return made;
  }
}

function tick({ x, day, clock }) {
  return placedAt(
    element("span", "tick", element("b", "", day), element("span", "", clock)),
    x / page.trackWidth(),
  );
}
