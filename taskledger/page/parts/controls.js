// What a person does with keys, wheel and pointer; and the page's first chapter.

const KEYS = {
  "+": () => page.zoom(0.5),
  "=": () => page.zoom(0.5),
  "-": () => page.zoom(2),
  0: () => page.show(0, 1),
  ArrowLeft: () => page.pan(-0.25),
  ArrowRight: () => page.pan(0.25),
};
const BUTTONS = { in: "+", out: "-", all: "0", earlier: "ArrowLeft", later: "ArrowRight" };

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return page.closeAndReturn();
  const typing = event.target.closest("input:not([type=checkbox]), select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return undefined;
  event.preventDefault();
  return KEYS[event.key]();
});

for (const [id, key] of Object.entries(BUTTONS)) byId(id).addEventListener("click", KEYS[key]);

byId("main").addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.target.closest("#axis")) return;
    event.preventDefault();
    const box = byId("axis").getBoundingClientRect();
    page.zoom(
      event.deltaY > 0 ? 1.25 : 0.8,
      Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1),
    );
  },
  { passive: false },
);

// A drag along the axis shows that part of it.
byId("axis").addEventListener("pointerdown", (down) => {
  const axis = byId("axis");
  const box = axis.getBoundingClientRect();
  const share = (event) => Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  const [chosen, from] = [element("i", "chosen"), share(down)];
  axis.setPointerCapture(down.pointerId);
  axis.append(chosen);
  const move = (event) => {
    placedAt(chosen, Math.min(from, share(event))).style.width = `${Math.abs(share(event) - from) * 100}%`;
  };
  const stop = (event) => {
    axis.removeEventListener("pointermove", move);
    chosen.remove();
    const [first, last] = [from, share(event)].sort((one, other) => one - other);
    const { a, b } = page.view;
    if (event.type === "pointerup" && (last - first) * box.width > 6)
      page.show(a + (b - a) * first, a + (b - a) * last);
  };
  axis.addEventListener("pointermove", move);
  axis.addEventListener("pointerup", stop, { once: true });
  axis.addEventListener("pointercancel", stop, { once: true });
});

let waiting = 0;
byId("search").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    page.filter();
    byId("status").textContent =
      `${byId("lanes-count").textContent}, ${several(page.shownIncidents.length, "incident")}`;
  }, 120);
});
byId("trouble").addEventListener("change", () => page.filter());
byId("quiet").addEventListener("change", () => {
  page.scale = new Scale(page.times, page.chapter.since, byId("quiet").checked);
  page.show(0, 1);
});

new ResizeObserver(() => page.draw()).observe(byId("axis"));
addEventListener("beforeprint", () => page.lanes.forEach((lane) => lane.element.hidden || lane.draw()));

byId("chapters").hidden = CHAPTERS.length < 2;
byId("chapter").append(
  ...CHAPTERS.map((one, place) => {
    const option = element("option", "", one.title);
    option.value = place;
    return option;
  }),
);
byId("chapter").addEventListener("change", (event) => {
  page.leave();
  byId("search").value = "";
  page = new Page(CHAPTERS[event.target.value]);
});
byId("life-keys").append(...lifeLegend());
page = new Page(CHAPTERS[0]);
