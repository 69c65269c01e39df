// The time axis: every time has a place from 0 to 1. Long times in which nothing happened are folded to a mark.

const FOLD_LEAST = 20 * MINUTE;
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
  1209600, 2592000,
].map((seconds) => seconds * SECOND);

class Scale {
  // `times` are those of all that happened, in order, `since` when the chapter begins; null: with the first of them.
  constructor(times, since, folds) {
    const [first, last] = [folds ? times[0] : (since ?? times[0]), times[times.length - 1]];
    const length = Math.max(last - first, MINUTE);
    const stretches = folds ? stretchesOf(times, Math.max(FOLD_LEAST, length / 100)) : [[first, last]];
    const filled = stretches.reduce((sum, [from, to]) => sum + to - from, 0);
    this.stretches = filled < length / 2 ? stretches : [[first, last]];
    this.pieces = placed(this.stretches);
    this.breaks = this.pieces.slice(1).map((piece, place) => {
      const before = this.pieces[place];
      return { from: before.to, to: piece.from, x: before.x1, end: piece.x0 };
    });
  }

  place(at) {
    const { pieces } = this;
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pieces[middle].from <= at) low = middle;
      else high = middle - 1;
    }
    const piece = pieces[low];
    if (at <= piece.to)
      return piece.x0 + ((at - piece.from) / (piece.to - piece.from)) * (piece.x1 - piece.x0);
    const next = pieces[low + 1];
    if (!next) return piece.x1 + (at - piece.to) / (piece.to - piece.from);
    return piece.x1 + ((at - piece.to) / (next.from - piece.to)) * (next.x0 - piece.x1);
  }

  time(x) {
    const { pieces } = this;
    const piece = pieces.find((one) => x <= one.x1) ?? pieces[pieces.length - 1];
    return piece.from + Math.max((x - piece.x0) / (piece.x1 - piece.x0), 0) * (piece.to - piece.from);
  }

  // Ticks of the part from a to b that is so many pixels wide: {x in pixels, at, day, clock}.
  ticks(a, b, width, calendar) {
    const across = (x) => ((x - a) / (b - a)) * width;
    const ticks = [];
    let [lastAt, lastDay, lastDayAt] = [-Infinity, "", -Infinity];
    for (const piece of this.pieces) {
      const [left, right] = [across(piece.x0), across(piece.x1)];
      if (right < 0 || left > width) continue;
      for (const at of marksOf(piece, right - left)) {
        const x = across(this.place(at));
        if (x < -1 || x > width - 48 || x - lastAt < 44) continue;
        const day = calendar.day(at);
        const showsDay = day !== lastDay && x - lastDayAt > 56;
        ticks.push({
          x,
          day: showsDay ? day : "",
          clock: calendar.clock(at, piece.to - piece.from < 10 * MINUTE && right - left > 300),
        });
        lastAt = x;
        if (showsDay) [lastDay, lastDayAt] = [day, x];
      }
    }
    return ticks;
  }
}

// Whole steps of time within a piece, at least 64 pixels apart; its beginning where there is room for one only.
function marksOf(piece, pixels) {
  const length = piece.to - piece.from;
  const step = STEPS.find((one) => (one / length) * pixels >= 64);
  if (pixels < 90 || !step) return [piece.from + length * 0.02];
  const offset = chapterOffset();
  const first = Math.ceil((piece.from + offset) / step) * step - offset;
  return Array.from(
    { length: Math.min(Math.floor((piece.to - first) / step) + 1, 400) },
    (_, place) => first + place * step,
  );
}

// Stretches of time without a longer pause than this, each with a little room around it.
function stretchesOf(times, pause) {
  const found = [[times[0], times[0]]];
  for (const at of times) {
    const last = found[found.length - 1];
    if (at - last[1] > pause) found.push([at, at]);
    else last[1] = at;
  }
  const room = ([from, to]) => Math.min(Math.max((to - from) * 0.03, MINUTE / 2), pause / 3);
  return found.map((one) => [one[0] - room(one), one[1] + room(one)]);
}

// The stretches side by side: the longer the wider, but no hour makes a minute invisible.
function placed(stretches) {
  const padded =
    stretches.length > 1
      ? stretches
      : stretches.map(([from, to]) => {
          const room = Math.max((to - from) * 0.015, MINUTE / 4);
          return [from - room, to + room];
        });
  const weights = padded.map(([from, to]) => (padded.length > 1 ? Math.sqrt(to - from) : 1));
  const gap = padded.length > 1 ? Math.min(0.01, 0.12 / (padded.length - 1)) : 0;
  const all = weights.reduce((sum, one) => sum + one, 0);
  const room = 1 - gap * (padded.length - 1);
  let x = 0;
  return padded.map(([from, to], place) => {
    const piece = { from, to, x0: x, x1: x + (weights[place] / all) * room };
    x = piece.x1 + gap;
    return piece;
  });
}
