// A list of rows of one height, of which only those in sight are in the page. One row of it takes the focus; the
// arrow keys go from row to row, Enter opens one.

const NARROW = matchMedia("(max-width: 720px)");
const rowHeight = () => (NARROW.matches ? 50 : 28);

class Rows {
  // `draw(item)` makes the button of an item, `open(item)` opens it; at most so many rows are high.
  constructor(label, most, draw, open) {
    Object.assign(this, { most, draw, open, items: [], current: 0, drawn: "" });
    this.element = element("div", "rows");
    this.element.setAttribute("role", "list");
    this.element.setAttribute("aria-label", label);
    this.space = element("div", "space");
    this.space.setAttribute("role", "presentation");
    this.element.append(this.space);
    this.element.addEventListener("scroll", () => this.refresh(), { passive: true });
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.element.addEventListener("click", (event) => this.onClick(event));
  }

  set(items) {
    this.items = items;
    this.current = Math.min(this.current, Math.max(items.length - 1, 0));
    this.refresh(true);
  }

  refresh(again) {
    const height = rowHeight();
    this.space.style.height = `${this.items.length * height}px`;
    this.element.style.height = `${Math.min(this.items.length, this.most) * height}px`;
    const first = Math.max(Math.floor(this.element.scrollTop / height) - 4, 0);
    const last = Math.min(first + this.most + 8, this.items.length);
    const drawn = `${first} ${last} ${height}`;
    if (!again && drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement.dataset.place
      : null;
    this.space.replaceChildren(
      ...Array.from({ length: last - first }, (_, place) => this.row(first + place, height)),
    );
    if (focused !== null) this.button(Number(focused))?.focus({ preventScroll: true });
    this.mark();
  }

  row(place, height) {
    const made = this.draw(this.items[place]);
    made.dataset.place = place;
    const row = element("div", "row", made);
    row.setAttribute("role", "listitem");
    row.setAttribute("aria-setsize", this.items.length);
    row.setAttribute("aria-posinset", place + 1);
    row.style.top = `${place * height}px`;
    row.style.height = `${height}px`;
    return row;
  }

  button(place) {
    return this.space.querySelector(`button[data-place="${place}"]`);
  }

  // Exactly one row in the page takes the tab key.
  mark() {
    const buttons = [...this.space.querySelectorAll("button[data-place]")];
    const chosen = this.button(this.current) ?? buttons[0];
    for (const one of buttons) one.tabIndex = one === chosen ? 0 : -1;
  }

  focus(place) {
    const height = rowHeight();
    this.current = Math.min(Math.max(place, 0), this.items.length - 1);
    const [top, box] = [this.current * height, this.element];
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
    this.refresh(true);
    this.button(this.current)?.focus();
  }

  focusKey(key) {
    const place = this.items.findIndex((one) => one.key === key);
    if (place >= 0) this.focus(place);
    return place >= 0;
  }

  onKey(event) {
    const page = this.most - 1;
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.items.length,
      End: this.items.length,
    };
    const from = Number(event.target.dataset.place ?? NaN);
    if (!(event.key in steps) || Number.isNaN(from)) return;
    event.preventDefault();
    this.focus(from + steps[event.key]);
  }

  onClick(event) {
    const chosen = event.target.closest("button[data-place]");
    if (!chosen) return;
    this.current = Number(chosen.dataset.place);
    this.mark();
    this.open(this.items[this.current]);
  }
}
