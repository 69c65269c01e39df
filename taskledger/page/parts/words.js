// Words, and elements that hold them. What comes from outside is only ever the text of an element.

const SECOND = 10; // times are in tenths of a second since the chapter's start
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SVG = "http://www.w3.org/2000/svg";

const byId = (id) => document.getElementById(id);

// An element of a class, with texts and elements in it; those that are null are left out.
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

function button(className, label, ...children) {
  const made = element("button", className, ...children);
  made.type = "button";
  if (label) made.setAttribute("aria-label", label);
  return made;
}

function drawing(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function hint(made, text) {
  made.title = text;
  return made;
}

function placedAt(made, share) {
  made.style.left = `${share * 100}%`;
  return made;
}

function clustersShown(names) {
  return names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

const two = (number) => String(number).padStart(2, "0");

function several(number, thing) {
  return `${number.toLocaleString("en-US")} ${thing}${number === 1 ? "" : "s"}`;
}

// How long, in its two largest units: "3d 4h", "12m 5s", "4.2s".
function lasting(tenths) {
  if (tenths < MINUTE) return tenths % SECOND ? `${(tenths / SECOND).toFixed(1)}s` : `${tenths / SECOND}s`;
  const seconds = Math.floor(tenths / SECOND);
  const parts = [
    [86400, "d", Infinity],
    [3600, "h", 24],
    [60, "m", 60],
    [1, "s", 60],
  ].map(([size, unit, limit]) => [Math.floor(seconds / size) % limit, unit]);
  const first = parts.findIndex(([number]) => number > 0);
  return parts
    .slice(first, first + 2)
    .filter(([number], place) => number || !place)
    .map(([number, unit]) => number + unit)
    .join(" ");
}

// Times of a chapter as people read them, in UTC.
class Calendar {
  constructor(start) {
    this.start = start;
  }

  date(at) {
    return new Date(this.start + at * 100);
  }

  day(at) {
    const date = this.date(at);
    return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  }

  clock(at, withSeconds) {
    const date = this.date(at);
    const seconds = withSeconds ? `:${two(date.getUTCSeconds())}` : "";
    return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${seconds}`;
  }

  stamp(at) {
    return `${this.date(at).getUTCFullYear()}-${two(this.date(at).getUTCMonth() + 1)}-${two(this.date(at).getUTCDate())} ${this.clock(at, true)}`;
  }

  // From when to when; the day once where it is the same.
  range(from, to) {
    const [first, last] = [this.day(from), this.day(to)];
    const year = this.date(to).getUTCFullYear();
    const end = first === last ? this.clock(to) : `${last} ${this.clock(to)}`;
    return `${first} ${this.clock(from)} \u2013 ${end} ${year} UTC`;
  }
}
