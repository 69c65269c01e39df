// The chapters as they are read: lives with their moments, out of the tables that they share.

const LOOKS = {
  starting: "starting",
  running: "running",
  unhealthy: "running, not healthy",
  stopping: "stopping",
  stopped: "stopped as planned",
  failed: "failed",
};
const OPEN = new Set(["starting", "running", "unhealthy", "stopping"]);
const RANKS = { low: 0, medium: 1, high: 2 };

const rank = (severity) => (severity in RANKS ? RANKS[severity] : 3);

function readChapter(packed) {
  const raw = { ...packed, standings: packed.standings.map((one) => whole(one, packed)) };
  const searchable = raw.standings.map((one) => JSON.stringify(one).toLowerCase());
  const kinds = raw.kinds.map((one) => JSON.stringify(one).toLowerCase());
  const lanes = raw.lanes.map((lane, place) => {
    const read = { ...lane, key: `lane-${place}`, unfolded: lane.lives.length <= FEW };
    read.lives = readLives(lane, raw);
    read.searchable = `${lane.name} ${lane.cluster} ${JSON.stringify(lane.findings)}`.toLowerCase();
    for (const life of read.lives) {
      life.lane = read;
      life.searchable = () => `${life.id} ${searchable[life.places[0]]} ${kinds[life.places[1]]}`;
    }
    return read;
  });
  const incidents = raw.incidents.map((one) => ({
    ...one,
    key: one.id,
    searchable: JSON.stringify([
      one.short,
      one.owner,
      one.cluster,
      one.what,
      one.severity,
      one.head,
    ]).toLowerCase(),
  }));
  const byTask = new Map(lanes.flatMap((lane) => lane.lives.map((life) => [life.id, life])));
  return { ...raw, lanes, incidents, byTask, calendar: new Calendar(raw.start) };
}

// How a task stands, with its containers and faults out of their tables.
function whole(standing, { containers, faults }) {
  const [own, ran, found] = [standing.slice(0, 6), standing[6], standing[7]];
  return [...own, ran.map((place) => containers[place]), found.map((place) => faults[place])];
}

function readLives(lane, raw) {
  let before = 0;
  return lane.lives.map(([id, course, standing, kind, host, ...gaps], number) => {
    before += gaps[0];
    let at = before;
    const times = gaps.map((gap, place) => (place ? (at += gap) : at));
    const [look, status, health, stopCode, reason, closedAs, containers, findings] = raw.standings[standing];
    const life = {
      id,
      key: id,
      look,
      status,
      health,
      stopCode,
      reason,
      closedAs,
      containers,
      findings,
      times,
    };
    life.course = raw.courses[course];
    life.kind = raw.kinds[kind];
    life.places = [standing, kind];
    life.host = raw.hosts[host];
    life.held = lane.protected[number];
    life.open = OPEN.has(look);
    life.began = before;
    const dated = (name) => {
      const place = life.course.findIndex(([one]) => one === name);
      return place < 0 ? null : times[place];
    };
    life.started = dated("started") ?? firstRunning(life);
    life.stopping = dated("stopping");
    life.ended = life.open ? raw.now : (dated("stopped") ?? dated("closed") ?? at);
    life.repaired = repaired(life);
    return life;
  });
}

// When a version first had it running, where ECS does not date its start.
function firstRunning(life) {
  const place = life.course.findIndex(([name, , status]) => name === "version" && status === "RUNNING");
  return place < 0 ? null : life.times[place];
}

// When versions came that no event brought, and a sweep or a look-up found.
function repaired(life) {
  const reported = new Set(life.course.filter((one) => one[4] === "event").map((one) => one[1]));
  return life.course.flatMap(([name, version, , , source], place) =>
    name === "version" && source !== "event" && !reported.has(version) ? [life.times[place]] : [],
  );
}

// What it was when: [from, to, status]. What is not dated ends where the next part begins.
function parts(life) {
  const end = Math.max(life.ended, life.began);
  const stopping = life.stopping ?? end;
  const started = life.started ?? stopping;
  return [
    [life.began, Math.min(started, end), "starting"],
    [started, Math.min(stopping, end), "running"],
    [stopping, end, "stopping"],
  ].filter(([from, to]) => to > from);
}

// In a few words: "failed: out of memory".
function outcome(life) {
  if (life.findings.length) return `${LOOKS[life.look]}: ${life.findings[0][1]}`;
  const lasted = lasting(Math.max(life.ended - (life.started ?? life.began), 0));
  return life.open ? `${LOOKS[life.look]} for ${lasted}` : `${LOOKS[life.look]} after ${lasted}`;
}

const shortId = (id) => (id.length > 20 ? id.slice(0, 8) : id);

// When anything happened in the span of the chapter, in order; last, when it was looked at.
function happened(chapter) {
  const lives = chapter.lanes.flatMap((lane) => lane.lives);
  const times = lives.flatMap((life) => life.times);
  for (const lane of chapter.lanes) for (const one of lane.deployments) times.push(one[2], one[3] ?? one[2]);
  for (const one of chapter.incidents) {
    times.push(one.first, one.last, one.resolved ?? one.last, ...one.messages.map(([at]) => at));
  }
  const least = chapter.since ?? -Infinity;
  return Float64Array.from([...times.filter((at) => at >= least), chapter.now]).sort();
}
