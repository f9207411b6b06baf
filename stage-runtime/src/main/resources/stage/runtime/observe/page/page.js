'use strict';
// Draws the tree that the server sends, and twice a second what has changed in it. All text goes in by textContent, so a name is never markup.
// The picture is made once for each set of stages and subscriptions, and after that only its numbers change: so nothing
// jumps, the focus stays where it is, and what moves goes on moving.

const SVG = 'http://www.w3.org/2000/svg';
const NARROWEST = 208, WIDEST = 330, MARGIN = 18, LINE = 16, ROW_GAP = 34, TURN = 44;
const MOST_DRAWN = 60, MOST_ROWS = 200, TALLEST = 8, NARROW = 700, REMEMBERED = 120, NEWS = 60;
const LARGEST_SCALE = 1.3, SMALLEST_SCALE = 0.7, LEAST_OF_A_CHAIN = 0.9;
const BARS = { busy: 10, events: 7, demand: 4, other: 2 };   // told apart by their heights too
const FLASH_MILLIS = 1400;
const SLOWEST_FLOW = 2.8, FASTEST_FLOW = 0.5;   // seconds that a dot takes to the place of the next but one

const remembered = new Map();   // of each stage, by its id: its last rates
const flashed = new Map();      // when a stage crashed or was restarted last, by its path
let tree = null, chosen = null, wish = null;
let abilities = { stacks: false, controls: false };
let drawn = { shape: null, stages: new Map(), edges: new Map() };   // what is on the page, by path and by number
let wide = NARROWEST;           // a stage in the picture: more where there is room for what it says
let panel = null;               // which stage the details were made for

// The token is in the fragment, which a browser sends to nobody. It is kept for this tab, so that a reload keeps it.
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given) {
  sessionStorage.setItem('stage-token', given);
  history.replaceState(null, '', location.pathname);
}
const token = sessionStorage.getItem('stage-token');

// ---- small things

const element = id => document.getElementById(id);
const byPath = path => document.querySelector(`[data-path="${CSS.escape(path)}"]`);
const last = path => path.slice(path.lastIndexOf('/') + 1);
const plural = (count, word) => `${number(count)} ${word}${Number(count) === 1 ? '' : 's'}`;
const percent = share => Math.round(share * 100) + '\u00a0%';
const short = (text, most) => text.length > most ? text.slice(0, most - 1) + '…' : text;
const shortName = (name, most) => name.length > most ? name.slice(0, most - 8) + '…' + name.slice(-7) : name;   // often with a number at its end

function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text !== undefined) made.textContent = text;
  return made;
}

function html(name, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const key in attributes || {}) made.setAttribute(key, attributes[key]);
  return made;
}

/** How many small letters a stage in the picture has room for. */
const letters = () => Math.floor((wide - 22) / 6.7);

/** Only what has changed: a screen reader may be reading it, and a pointer may be on it. */
function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function number(value) {
  const n = Number(value);
  if (n >= 1e9) return (n / 1e9).toFixed(1) + 'G';
  if (n >= 1e6) return (n / 1e6).toFixed(1) + 'M';
  if (n >= 1e4) return Math.round(n / 1e3) + 'k';
  return n >= 100 || Number.isInteger(n) ? String(Math.round(n)) : n.toFixed(1);
}

function time(ms) {
  if (ms < 1000) return Math.round(ms) + ' ms';
  if (ms < 120000) return Math.round(ms / 1000) + ' s';
  return ms < 7200000 ? Math.round(ms / 60000) + ' min' : Math.round(ms / 3600000) + ' h';
}

/** How far the event time of a stage is behind the clock: of old data that says nothing. */
function lag(ms) {
  const n = Number(ms);
  return n < 0 ? 'ahead of the clock' : n > 86400000 ? 'old data' : time(n) + ' behind';
}

// ---- what is said of a stage

/** What it does: how many events a second, or what it has been at if there are none; the restarts are never cut off. */
function facts(stage, most = Infinity) {
  const rate = Math.max(stage.rateIn, stage.rateOut), parts = [];
  if (stage.status !== 'running') parts.push(`${stage.status} for ${time(stage.sinceMs)}`);
  else if (rate > 0) parts.push(number(rate) + '/s');
  else if (stage.callback) parts.push(`in ${stage.callback}` + (stage.turnMs.now >= 1000 ? ` for ${time(stage.turnMs.now)}` : ''));
  else if (stage.waitsFor === 'mail') parts.push('has nothing to do');
  else if (stage.waitsFor) parts.push(`waits for ${stage.waitsFor}` + (stage.waitingMs >= 1000 ? `, ${time(stage.waitingMs)}` : ''));
  else parts.push('0/s');
  if (!stage.restarts) return short(parts[0], most);
  const whole = `${parts[0]} · ${plural(stage.restarts, 'restart')}`, sign = ` · ↻ ${number(stage.restarts)}`;
  return whole.length <= most ? whole : short(parts[0], most - sign.length) + sign;
}

function shares(stage) {
  const waits = stage.waits || {};
  const events = waits.events || 0, demand = waits.demand || 0;
  const other = Object.keys(waits).filter(key => key !== 'events' && key !== 'demand')
      .reduce((sum, key) => sum + waits[key], 0);
  return { busy: stage.busy || 0, events, demand, other };
}

/** The numbers of a stage of a pipeline, a few words in each line. */
function progress(stage) {
  const run = stage.run, now = [], lost = [];
  if (!run) return [];
  if (run.lagMs !== null) now.push(lag(run.lagMs));
  if (run.windows) now.push(plural(run.windows, 'window'));
  if (Number(run.mostOpen)) now.push(`${number(run.open)} of ${number(run.mostOpen)} open`);
  if (run.failedAnswer) lost.push(`${run.failedAnswer.function.split(' ')[0]} fails × ${number(run.failedAnswer.times)}`);
  if (Number(run.late)) lost.push(number(run.late) + ' late');
  if (Number(stage.deadLettered)) lost.push(plural(stage.deadLettered, 'dead letter'));
  return [run.steps, now.join(' · '), lost.join(' · ')];
}

/** A name alone, unless two stages of the scope share it. */
function nameOf(stage) {
  if (stage.label) return stage.label;
  const name = last(stage.path);
  const isTaken = tree.stages.some(other => other !== stage && last(other.path) === name);
  return isTaken && stage.path.startsWith(tree.scope + '/') ? stage.path.slice(tree.scope.length + 1) : name;
}

function involved() {
  const found = (tree.findings || []).filter(finding => !['healthy', 'closing'].includes(finding.kind) && !isAsMeant(finding));
  const culprits = new Set(found.map(finding => finding.culprit));
  const victims = new Set(found.flatMap(finding => finding.victims).filter(path => !culprits.has(path)));
  return { culprits, victims };
}

function spokenOf(stage, { culprits, victims }) {
  const words = [stage.members ? `${nameOf(stage)} stages` : stage.path, stage.kind, facts(stage),
    `busy ${Math.round(stage.busy * 100)} percent`, ...progress(stage)].filter(Boolean);
  if (culprits.has(stage.path)) words.push('holds the others up');
  if (victims.has(stage.path)) words.push('is held up');
  return words.join(', ');
}

// ---- several stages as one

const sum = (all, key) => all.reduce((total, one) => total + Number(one[key]), 0);

/** Takes name-1 … name-n for one, unless one of them holds the others up. */
function fold(stages, edges, { culprits }) {
  const groups = new Map(), home = new Map();
  for (const stage of stages) {
    const base = culprits.has(stage.path) ? stage.path : stage.path.replace(/[-.]\d+$/, '-') + stage.kind;
    if (!groups.has(base)) groups.set(base, []);
    groups.get(base).push(stage);
  }
  const folded = [...groups.values()].map(members => {
    for (const stage of members) home.set(stage.path, members[0].path);
    if (members.length === 1) return members[0];
    const busiest = members.reduce((a, b) => a.busy >= b.busy ? a : b);
    return { ...busiest, path: members[0].path, members: members.map(stage => stage.path), ids: members.map(stage => stage.id),
      label: `${last(members[0].path).replace(/[-.]\d+$/, '')} ×\u00a0${members.length}`,
      rateIn: sum(members, 'rateIn'), rateOut: sum(members, 'rateOut'), restarts: sum(members, 'restarts') };
  });
  const merged = new Map();
  for (const edge of edges) {
    const from = home.get(edge.from), to = home.get(edge.to);
    if (!from || !to) continue;
    const key = from + ' ' + to, one = merged.get(key);
    if (!one) merged.set(key, { ...edge, from, to });
    else for (const count of ['rate', 'inFlight', 'max', 'outstanding']) one[count] = Number(one[count]) + Number(edge[count]);
  }
  return { stages: folded, edges: [...merged.values()] };
}

// ---- where everything stands

/** Puts each stage into the column after the last of those it gets events from; who closes a circle does not count. */
function columns(stages, edges) {
  const inputs = new Map(stages.map(stage => [stage.path, []])), column = new Map(), open = new Set();
  for (const edge of edges) if (inputs.has(edge.from)) inputs.get(edge.to)?.push(edge.from);
  const visit = path => {
    if (column.has(path)) return column.get(path);
    open.add(path);
    let at = 0;
    for (const from of inputs.get(path)) if (!open.has(from)) at = Math.max(at, visit(from) + 1);
    open.delete(path);
    column.set(path, at);
    return at;
  };
  stages.forEach(stage => visit(stage.path));
  return column;
}

/** An edge that passes a column by gets a place of its own there, so that it runs behind no stage. */
function layout(stages, edges, height, room) {
  const column = columns(stages, edges), rows = [], ways = new Map();
  for (const stage of stages) (rows[column.get(stage.path)] ||= []).push({ path: stage.path, from: [], y: 0 });
  const cell = new Map(rows.flat().map(each => [each.path, each]));
  for (const edge of edges) {
    const way = [cell.get(edge.from)];
    for (let x = column.get(edge.from) + 1; x < column.get(edge.to); x++) {
      const passing = { path: null, from: [way.at(-1)], y: 0 };
      rows[x].push(passing);
      way.push(passing);
    }
    if (column.get(edge.from) < column.get(edge.to)) cell.get(edge.to).from.push(way.at(-1));
    way.push(cell.get(edge.to));
    ways.set(edge.id, way);
  }
  const tallest = Math.max(...rows.map(row => row.length)), gap = rows.length > 5 ? 62 : 120;
  const says = stages.some(stage => stage.run);
  wide = says ? Math.max(NARROWEST, Math.min(WIDEST, Math.floor((room - 2 * MARGIN + gap) / rows.length - gap))) : NARROWEST;
  const weight = each => each.from.length ? each.from.reduce((total, one) => total + one.y, 0) / each.from.length : each.y;
  // A chain that is too long goes on in the next line.
  const fit = Math.floor((room / LEAST_OF_A_CHAIN + gap - 2 * TURN) / (wide + gap));
  const isWrapped = tallest === 1 && fit >= 2 && rows.length > fit, perLine = isWrapped ? fit : rows.length, margin = isWrapped ? TURN : MARGIN;
  rows.forEach((row, x) => row.sort((a, b) => weight(a) - weight(b)).forEach((each, y) => {   // so that few edges cross
    each.x = margin + x % perLine * (wide + gap);
    each.y = MARGIN + (y + (tallest - row.length) / 2 + Math.floor(x / perLine)) * (height + ROW_GAP);
  }));
  const lines = tallest + Math.ceil(rows.length / perLine) - 1;
  return { cell, ways, width: 2 * margin + perLine * (wide + gap) - gap, height: 2 * MARGIN + lines * (height + ROW_GAP) - ROW_GAP };
}

/** A curve through the middle of each place on the way; back to the left it goes round, above a stage on the next line. */
function curve(way, height) {
  const middle = each => each.y + height / 2, first = way[0], end = way.at(-1);
  if (end.x <= first.x) {
    const right = first.x + wide, level = end.y > first.y + height ? end.y - ROW_GAP / 2 : Math.max(first.y, end.y) + height + ROW_GAP / 2;
    return `M${right} ${middle(first)} C${right + TURN} ${middle(first)} ${right + TURN} ${level} ${right} ${level}`
        + ` L${end.x} ${level} C${end.x - TURN} ${level} ${end.x - TURN} ${middle(end)} ${end.x} ${middle(end)}`;
  }
  let d = `M${first.x + wide} ${middle(first)}`;
  for (let i = 1; i < way.length; i++) {
    const x1 = way[i - 1].x + wide, x2 = way[i].x, bend = (x2 - x1) / 2;
    d += ` C${x1 + bend} ${middle(way[i - 1])} ${x2 - bend} ${middle(way[i])} ${x2} ${middle(way[i])}`;
    if (i < way.length - 1) d += ` L${x2 + wide} ${middle(way[i])}`;
  }
  return d;
}

/**
 * Its number stands where its edge is alone, on the side that the edge does not come from: where it begins, if many lead
 * to the same stage. Where that is nowhere, it is seen only if the edge is full.
 */
function labelPlace(way, height, leaving, arriving) {
  const first = way[0], end = way.at(-1);
  if (end.x <= first.x && end.y > first.y) {   // on the line that leads to the next one
    return { class: 'edge-label', x: (first.x + wide + end.x) / 2, y: end.y - ROW_GAP / 2 + 4, 'text-anchor': 'middle' };
  }
  const isAtTheBeginning = leaving === 1 && arriving > 1;
  const isAbove = isAtTheBeginning ? end.y >= first.y : end.y <= first.y, y = height / 2 + (isAbove ? -9 : 18);
  const side = isAtTheBeginning ? { x: first.x + wide + 10, y: first.y + y, 'text-anchor': 'start' } : { x: end.x - 10, y: end.y + y, 'text-anchor': 'end' };
  return { class: leaving > 1 && arriving > 1 ? 'edge-label crowded' : 'edge-label', ...side };
}

// ---- the picture

function makePicture(stages, edges, height) {
  const picture = element('picture'), room = picture.clientWidth || innerWidth;
  const { cell, ways, ...size } = layout(stages, edges, height, room);
  const svg = node('svg', { viewBox: `0 0 ${size.width} ${size.height}`, role: 'group' });
  const scale = Math.max(SMALLEST_SCALE, Math.min(LARGEST_SCALE, room / size.width));
  svg.setAttribute('width', size.width * scale);
  svg.setAttribute('height', size.height * scale);
  const count = key => edges.reduce((all, edge) => all.set(edge[key], (all.get(edge[key]) || 0) + 1), new Map());
  const leaving = count('from'), arriving = count('to');
  drawn.edges = new Map(edges.map(edge => {
    const d = curve(ways.get(edge.id), height);
    const parts = { pipe: node('path', { d, class: 'edge' }), flow: node('path', { d, class: 'edge flow' }), title: node('title'),
      label: node('text', labelPlace(ways.get(edge.id), height, leaving.get(edge.from), arriving.get(edge.to))) };
    parts.pipe.append(parts.title);
    svg.append(parts.pipe, parts.flow);
    return [edge.id, parts];
  }));
  for (const { label } of drawn.edges.values()) svg.append(label);
  // In the order in which they are read, and reached with Tab: from left to right.
  const ordered = [...stages].sort((a, b) => cell.get(a.path).x - cell.get(b.path).x || cell.get(a.path).y - cell.get(b.path).y);
  drawn.stages = new Map(ordered.map(stage => {
    const parts = makeStage(stage, cell.get(stage.path), height);
    svg.append(parts.group);
    return [stage.path, parts];
  }));
  picture.replaceChildren(svg);
  picture.classList.toggle('wide', size.width * scale > room + 1);
  setTimeout(() => svg.classList.add('settled'), 100);   // from now on, what changes does so gently
}

function makeStage(stage, at, height) {
  const group = node('g', { tabindex: 0, role: 'button', 'data-path': stage.path, transform: `translate(${at.x} ${at.y})` });
  const parts = { group, card: node('rect', { class: 'card', width: wide, height, rx: 10 }), bars: {}, lines: [], title: node('title'),
    name: node('text', { class: 'name', x: 12, y: 23 }), facts: node('text', { class: 'facts', x: 12, y: 40 }),
    mark: node('text', { class: 'mark', x: wide - 22, y: 23 }, '▲') };
  parts.past = node('polygon', { class: 'past' });
  parts.height = height;
  group.append(parts.title, node('rect', { class: 'ring', x: -6, y: -6, width: wide + 12, height: height + 12, rx: 15 }), parts.card, parts.past,
      parts.name, parts.facts, node('rect', { class: 'rail', x: 12, y: 50, width: wide - 24, height: 10, rx: 2 }));
  for (const kind in BARS) group.append(parts.bars[kind] = node('rect', { class: 'bar ' + kind, y: 60 - BARS[kind], height: BARS[kind] }));
  for (let line = 0; line < 3; line++) {
    group.append(parts.lines[line] = node('text', { class: line === 2 ? 'facts lost' : 'facts', x: 12, y: 78 + line * LINE }));
  }
  group.append(parts.mark);
  choosable(group, stage.path);
  return parts;
}

function choosable(place, path) {
  place.addEventListener('click', () => choose(path));
  if (place instanceof HTMLElement) return;   // a button knows its keys
  place.addEventListener('keydown', event => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(path); }
  });
}

function drawPicture(stages, edges) {
  const lines = Math.max(0, ...stages.map(stage => progress(stage).reduce((most, text, i) => text ? i + 1 : most, 0)));
  const height = 74 + lines * LINE;
  const shape = JSON.stringify(['picture', innerWidth, height, element('details').hidden, stages.map(stage => stage.path), edges.map(edge => [edge.id, edge.from, edge.to])]);
  if (drawn.shape !== shape) keepingFocus(() => makePicture(stages, edges, height));
  drawn.shape = shape;
  for (const edge of edges) drawEdge(drawn.edges.get(edge.id), edge);
  const who = involved();
  for (const stage of stages) drawStage(drawn.stages.get(stage.path), stage, who);
}

function keepingFocus(make) {
  const path = document.activeElement?.getAttribute('data-path');
  make();
  if (path) byPath(path)?.focus();
}

function drawEdge({ pipe, flow, label, title }, edge) {
  const fullness = edge.max > 0 ? Number(edge.inFlight) / Number(edge.max) : 0, isFull = fullness >= 0.8, isFlowing = edge.rate > 0;
  const thick = 2 + Math.min(9, Math.log10(1 + edge.rate) * 1.7);
  pipe.style.strokeWidth = thick;
  pipe.style.stroke = isFlowing || isFull ? `color-mix(in srgb, var(--full) ${Math.round(100 * Math.min(1, fullness))}%, var(--flow))` : '';
  flow.style.display = isFlowing ? '' : 'none';
  flow.style.strokeWidth = Math.max(1.6, thick / 2.6);
  // Faster where more flows; in steps, since a dot jumps when that changes.
  const quick = `${Math.max(FASTEST_FLOW, SLOWEST_FLOW - 0.4 * Math.round(Math.log10(1 + edge.rate))).toFixed(1)}s`;
  if (flow.style.animationDuration !== quick) flow.style.animationDuration = quick;
  const text = isFlowing ? number(edge.rate) + '/s' : Number(edge.inFlight) ? number(edge.inFlight) + (isFull ? '' : ' queued') : '';
  say(label, isFull ? text + ' · full' : text);
  label.classList.toggle('full', isFull);
  say(title, `${last(edge.from)} → ${last(edge.to)}: ${number(edge.rate)}/s, ${number(edge.inFlight)} of ${number(edge.max)} in flight`);
}

function drawStage(parts, stage, who) {
  const isCulprit = who.culprits.has(stage.path), isChosen = chosen === stage.path;
  const isVictim = (stage.members || [stage.path]).some(path => who.victims.has(path));
  const classes = { [stage.status]: true, culprit: isCulprit, victim: isVictim, chosen: isChosen };
  parts.group.setAttribute('class', ['stage', ...Object.keys(classes).filter(key => classes[key])].join(' '));
  parts.group.setAttribute('aria-label', spokenOf(stage, who));
  parts.group.setAttribute('aria-pressed', isChosen);
  say(parts.title, stage.path + ' – ' + (stage.run ? stage.run.steps : stage.kind));
  say(parts.name, shortName(nameOf(stage), Math.floor((wide - (isCulprit ? 48 : 32)) / 8.6)));
  say(parts.facts, facts(stage, letters()));
  progress(stage).forEach((text, line) => say(parts.lines[line], short(text, letters())));
  let x = 12;
  const share = shares(stage);
  for (const kind in BARS) {
    const part = Math.max(0, Math.min(1, share[kind])) * (wide - 24);
    parts.bars[kind].style.x = x + 'px';
    parts.bars[kind].style.width = part + 'px';
    x += part;
  }
  drawPast(parts, stage);
  flash(stage, parts.card, 'fill');
}

/** The rate of the last minute, behind what is said of a stage: a shadow of what it has done. */
function drawPast({ past, height }, stage) {
  const values = rates(stage), most = Math.max(1, ...values), left = 6, right = wide - 6, bottom = height - 1.5;
  const step = (right - left) / (REMEMBERED - 1), begin = right - (values.length - 1) * step, tall = Math.max(height / 2, height - 68);
  const points = values.map((value, i) => `${(begin + i * step).toFixed(1)},${(bottom - value / most * tall).toFixed(1)}`);
  past.setAttribute('points', values.length < 2 ? '' : `${begin.toFixed(1)},${bottom} ${points.join(' ')} ${right},${bottom}`);
}

/** The remembered rates of a stage; of several that are drawn as one, those of all together. */
function rates(stage) {
  const all = (stage.ids || [stage.id]).map(id => remembered.get(id) || []), length = Math.max(0, ...all.map(one => one.length));
  return Array.from({ length }, (_, i) => all.reduce((total, one) => total + (one[one.length - length + i] || 0), 0));
}

/** At most once a second, so that a storm of crashes does not flicker. */
function flash(stage, place, property) {
  const paths = stage.members || [stage.path], now = performance.now();
  const since = Math.max(0, ...paths.map(path => flashed.get(path) || 0));
  place.classList.toggle('flashed', since > 0 && now - since < FLASH_MILLIS);
  if (since <= (place.flashedAt || 0) || now - (place.flashedAt || -1000) < 1000) return;
  place.flashedAt = now;
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const color = getComputedStyle(document.documentElement).getPropertyValue('--flash');
  place.animate([{ [property]: color }, { [property]: getComputedStyle(place)[property] }], { duration: FLASH_MILLIS, easing: 'ease-out' });
}

// ---- the table

// On a phone one rate stands for both, since a source has none in, and the status with the name if there is something to say.
const COLUMNS = [stage => stage.status, stage => percent(stage.busy), stage => number(Math.max(stage.rateIn, stage.rateOut)),
  stage => number(stage.rateIn), stage => number(stage.rateOut), stage => number(stage.inFlight), stage => String(stage.restarts)];

function makeTable(stages) {
  drawn.stages = new Map(stages.map(stage => {
    const row = html('tr'), head = html('th', undefined, { scope: 'row' });
    const name = html('button', undefined, { type: 'button', 'data-path': stage.path });
    const cells = COLUMNS.map(() => html('td')), bar = html('span', undefined, { class: 'share', 'aria-hidden': 'true' }), busy = html('span');
    const state = html('span', undefined, { class: 'state', 'aria-hidden': 'true' });
    head.append(name, state);
    cells[1].append(bar, busy);
    row.append(head, ...cells);
    choosable(name, stage.path);
    return [stage.path, { row, name, state, cells, bar, places: cells.map((cell, i) => i === 1 ? busy : cell) }];
  }));
  document.querySelector('#table tbody').replaceChildren(...[...drawn.stages.values()].map(parts => parts.row));
}

function drawTable(stages, edges) {
  const who = involved(), inFlight = new Map();
  for (const edge of edges) inFlight.set(edge.to, (inFlight.get(edge.to) || 0) + Number(edge.inFlight));
  const first = stages.length <= MOST_ROWS ? stages
      : [...stages].sort((a, b) => who.culprits.has(b.path) - who.culprits.has(a.path) || b.busy - a.busy).slice(0, MOST_ROWS);
  const left = stages.length - first.length;
  say(document.querySelector('#table caption'), left ? `The busiest ${first.length} of ${stages.length} stages` : 'Stages');
  const shape = JSON.stringify(['table', first.map(stage => stage.path)]);
  if (drawn.shape !== shape) keepingFocus(() => makeTable(first));
  drawn.shape = shape;
  for (const stage of first) {
    const { row, name, state, places, bar } = drawn.stages.get(stage.path), isCulprit = who.culprits.has(stage.path);
    stage.inFlight = inFlight.get(stage.path) || 0;
    row.className = [isCulprit ? 'culprit' : '', chosen === stage.path ? 'chosen' : '', stage.status].join(' ');
    row.title = stage.run ? stage.run.steps : stage.path;
    say(name, (isCulprit ? '▲ ' : '') + nameOf(stage));
    say(state, stage.status === 'running' ? '' : stage.status);
    name.setAttribute('aria-pressed', chosen === stage.path);
    if (isCulprit) name.setAttribute('aria-description', 'holds the others up'); else name.removeAttribute('aria-description');
    COLUMNS.forEach((text, i) => say(places[i], text(stage)));
    let to = 0;
    for (const [kind, share] of Object.entries(shares(stage))) bar.style.setProperty('--' + kind + '-to', percent(to += Math.max(0, Math.min(1, share))).replace('\u00a0', ''));
    flash(stage, row, 'backgroundColor');
  }
}

// ---- the chosen stage

addEventListener('keydown', event => { if (event.key === 'Escape' && chosen) letGo(); });

function choose(path) {
  chosen = chosen === path ? null : path;
  draw();
}

/** Closes the panel; who uses the keyboard is back where it was opened. */
function letGo() {
  const path = chosen;
  choose(path);
  byPath(path)?.focus();
}

/** The panel is made once for each stage that is chosen, so that its buttons keep the focus; only its numbers change. */
function drawDetails() {
  const place = element('details'), stage = tree.stages.find(candidate => candidate.path === chosen);
  place.hidden = !stage;
  if (!stage) { panel = null; return; }
  const made = [stage.id, abilities.stacks, abilities.controls].join(' ');
  if (panel !== made) makePanel(place, stage);
  panel = made;
  place.querySelector('dl').replaceChildren(...ledger(stage));
  place.querySelector('.spark-line').replaceChildren(sparkline(remembered.get(stage.id) || []));
}

function makePanel(place, stage) {
  const close = button('close', letGo);
  close.className = 'close';
  const actions = html('p', undefined, { class: 'actions' }), answer = html('pre', undefined, { role: 'status' });
  if (token && abilities.stacks) actions.append(button('stack', () => showStack(stage, answer)));
  if (token && abilities.controls) {
    actions.append(button('pause', () => act('/pause', stage, answer)), button('resume', () => act('/resume', stage, answer)),
        button('kill', () => { if (confirm(`Kill ${stage.path}? It is restarted as after a crash.`)) act('/kill', stage, answer); }));
  }
  place.replaceChildren(close, html('h2', stage.path), html('div', undefined, { class: 'spark-line' }), html('dl'), actions, answer);
}

function button(label, action) {
  const made = html('button', label, { type: 'button' });
  made.addEventListener('click', action);
  return made;
}

async function ask(path, stage, method) {
  return fetch(path, { method, headers: { 'Stage-Id': String(stage.id), 'Stage-Token': token } });
}

const REFUSALS = { 403: 'not allowed: open the address that the program has printed', 404: 'this stage has ended' };

async function act(path, stage, answer) {
  try {
    const response = await ask(path, stage, 'POST');
    answer.textContent = response.ok ? path.slice(1) + ': done' : REFUSALS[response.status] || 'refused';
  } catch (lost) {
    answer.textContent = 'the connection is lost';
  }
}

async function showStack(stage, answer) {
  try {
    const response = await ask('/stack', stage, 'GET');
    if (!response.ok) { answer.textContent = REFUSALS[response.status] || 'refused'; return; }
    const threads = (await response.json()).threads;
    answer.textContent = threads.map(thread => `${thread.name} ${thread.state.toLowerCase()}\n` + thread.stack.map(frame => '  ' + frame).join('\n')).join('\n');
  } catch (lost) {
    answer.textContent = 'the connection is lost';
  }
}

function ledger(stage) {
  const rows = [];
  const add = (term, value) => rows.push(html('dt', term), html('dd', value));
  add('kind', stage.kind);
  add('status', `${stage.status} for ${time(stage.sinceMs)}`);
  if (stage.callback) add('inside', `${stage.callback}, for ${time(stage.turnMs.now)}`);
  else if (stage.waitsFor) add('waits for', `${stage.waitsFor}, for ${time(stage.waitingMs)}`);
  add('busy', percent(stage.busy));
  add('incarnation', `#${stage.incarnation}`);
  add('longest callback', time(stage.turnMs.max));
  add('emitted', number(stage.emitted));
  add('mailbox / backlog', `${stage.mailbox} / ${stage.backlog}`);
  add('dead letters', number(stage.deadLettered));
  add('dropped', number(stage.dropped));
  if (stage.run) {
    add('steps', stage.run.steps);
    if (stage.run.lagMs !== null) add('event time', lag(stage.run.lagMs));
    add('open windows', number(stage.run.windows));
    if (Number(stage.run.mostOpen)) add('open deliveries', `${number(stage.run.open)} of ${number(stage.run.mostOpen)}`);
    if (stage.run.failedAnswer) {
      const { function: what, cause, times, lastingMs } = stage.run.failedAnswer;
      add('not answered', `${what} has thrown ${cause}, ${plural(times, 'time')} in ${time(lastingMs)}`);
    }
    add('late / filtered / retried', `${number(stage.run.late)} / ${number(stage.run.filtered)} / ${number(stage.run.retried)}`);
  }
  if (stage.lastCrash) add('last crash', `${stage.lastCrash.cause} in ${stage.lastCrash.during}, ${time(stage.lastCrash.agoMs)} ago`);
  for (const edge of tree.edges.filter(candidate => candidate.to === stage.path || candidate.from === stage.path)) {
    const other = edge.to === stage.path ? 'from ' + last(edge.from) : 'to ' + last(edge.to);
    add(other, `${number(edge.handled)} handled, ${number(edge.inFlight)} in flight, ${number(edge.outstanding)} asked for`);
  }
  return rows;
}

function sparkline(values) {
  const most = Math.max(1, ...values);
  const points = values.map((value, i) => `${(REMEMBERED - values.length + i) * 300 / REMEMBERED},${48 - value / most * 44}`);
  const svg = node('svg', { viewBox: '0 0 300 52', width: 300, height: 52, role: 'img',
    'aria-label': `events a second over the last minute, at most ${number(most)}` });
  svg.append(node('polyline', { class: 'spark', points: points.join(' ') }),
      node('text', { class: 'facts', x: 0, y: 10 }, `${number(values.at(-1) || 0)}/s, at most ${number(most)} in a minute`));
  return svg;
}

// ---- everything

/** Names stand between backticks in a sentence; here they look like names. */
function words(sentence) {
  return sentence.split('`').map((part, i) => i % 2 ? html('code', part) : document.createTextNode(part));
}

/** What stands still, but may be meant to: it is said, and nobody is blamed. */
function isAsMeant(finding) {
  return ['throttled', 'source-silent', 'awaits-input', 'nothing-selected', 'silent-elsewhere'].includes(finding.cause);
}

function drawSentence() {
  const findings = tree.findings || [], place = element('sentence');
  const texts = findings.length ? findings.slice(0, 3).map(finding => finding.sentence) : ['looking for what slows it down'];
  if (findings.length > 3) texts.push(`and ${findings.length - 3} more`);
  const all = texts.join('\n');
  if (place.dataset.text !== all) place.replaceChildren(...texts.map(text => { const line = html('p'); line.append(...words(text)); return line; }));
  place.dataset.text = all;
  const isStuck = findings.some(finding => !isAsMeant(finding) && ['root-cause', 'deadlock'].includes(finding.kind));
  place.className = isStuck ? 'stuck' : findings.some(finding => finding.kind !== 'healthy') ? 'slow' : '';
  // The numbers in it change all the time: it is read out when it is about something else.
  const about = findings.map(finding => [finding.kind, finding.culprit, finding.cause].join(' ')).join('\n');
  const spoken = element('spoken');
  if (spoken.dataset.about === about) return;
  say(spoken, texts.join('. ').replaceAll('`', ''));
  if (!element('picture').contains(document.activeElement)) {
    document.querySelector('.stage.culprit')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }
  spoken.dataset.about = about;
}

function drawSummary() {
  const fed = new Set(tree.edges.map(edge => edge.to)), restarts = sum(tree.stages, 'restarts');
  const sources = tree.stages.filter(stage => !fed.has(stage.path));
  say(element('summary'), [plural(tree.stages.length, 'stage'), `${number(sum(sources, 'rateOut'))} events/s from the sources`,
    ...restarts ? [plural(restarts, 'restart')] : []].join(' · '));
}

function draw() {
  if (!tree) return;
  say(element('scope'), tree.scope);
  document.title = tree.scope + ' – Stage';
  const open = tree.edges.filter(edge => edge.open || Number(edge.inFlight) > 0 || Number(edge.sent) > 0);
  const folded = fold(tree.stages, open, involved());
  const isLarge = tree.stages.length > MOST_DRAWN || innerWidth < NARROW, couldBeDrawn = folded.stages.length <= MOST_DRAWN;
  const asTable = !couldBeDrawn || (wish === null ? isLarge : wish === 'table');
  const form = element('form');
  form.hidden = !couldBeDrawn || tree.stages.length === 0;
  say(form, asTable ? 'show as picture' : 'show as table');
  form.onclick = () => { wish = asTable ? 'picture' : 'table'; draw(); };
  element('picture').hidden = asTable;
  element('table').hidden = !asTable;
  drawDetails();
  if (tree.stages.length === 0) { element('picture').replaceChildren(html('p', 'no stages yet')); drawn.shape = null; }
  else if (asTable) drawTable(folded.stages, folded.edges);
  else if (isLarge || tallest(tree.stages, open) > TALLEST) drawPicture(folded.stages, folded.edges);
  else drawPicture(tree.stages, open.filter(edge => has(edge.from) && has(edge.to)));
  drawSentence();
  drawSummary();
}

const has = path => tree.stages.some(stage => stage.path === path);

function tallest(stages, edges) {
  const heights = [];
  for (const at of columns(stages, edges).values()) heights[at] = (heights[at] || 0) + 1;
  return Math.max(...heights);
}

function remember() {
  const ids = new Set();
  for (const stage of tree.stages) {
    const values = remembered.get(stage.id) || [];
    values.push(Math.max(stage.rateIn, stage.rateOut));
    if (values.length > REMEMBERED) values.shift();
    remembered.set(stage.id, values);
    ids.add(stage.id);
  }
  for (const id of remembered.keys()) if (!ids.has(id)) remembered.delete(id);
}

const BAD = ['Crashed', 'DeadLettered', 'GaveUp', 'Abandoned', 'Stalled', 'Dropped'];

/** What happens again and again is one line, with how often. */
function happened(event) {
  if (event.type === 'Crashed' || event.type === 'Restarted') flashed.set(event.path, performance.now());
  const what = event.type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() + (event.cause ? ': ' + event.cause : '');
  const list = document.querySelector('#news ol'), key = event.path + ' ' + what;
  element('news').hidden = false;
  let item = [...list.children].slice(0, 8).find(each => each.dataset.key === key);
  if (!item) {
    item = html('li', undefined, { 'data-key': key });
    item.append(html('time'), html('code', event.path), html('span', what), html('span', '', { class: 'times' }));
    if (BAD.includes(event.type)) item.className = 'bad';
    list.prepend(item);
    while (list.children.length > NEWS) list.lastElementChild.remove();
  }
  const times = Number(item.dataset.times || 0) + 1;
  item.dataset.times = times;
  say(item.querySelector('time'), new Date().toLocaleTimeString([], { hour12: false }));
  say(item.querySelector('.times'), times > 1 ? '× ' + number(times) : '');
}

/** What a change does not name is as it was, only older. */
function merge(before, change) {
  const passed = (Number(change.nanos) - Number(before.nanos)) / 1e6;
  return { ...before, ...change, stages: mergeParts(before.stages, change.stages, change.stageIds, passed),
    edges: mergeParts(before.edges, change.edges, change.edgeIds, passed) };
}

function mergeParts(before, changed, ids, passed) {
  const parts = new Map(before.map(part => [part.id, older(part, passed)]));
  for (const part of changed) parts.set(part.id, part);
  return (ids || before.map(part => part.id)).map(id => parts.get(id));
}

/** An age of zero says that there is nothing that could grow older. */
function older(part, passed) {
  const grown = age => age && Number(age) + passed, made = { ...part };
  for (const key of ['sinceMs', 'waitingMs', 'ageMs']) if (key in part) made[key] = grown(part[key]);
  if (part.turnMs) made.turnMs = { ...part.turnMs, now: grown(part.turnMs.now) };
  if (part.run) made.run = { ...part.run, lagMs: grown(part.run.lagMs) };
  if (part.run?.failedAnswer) made.run.failedAnswer = { ...part.run.failedAnswer, lastingMs: grown(part.run.failedAnswer.lastingMs) };
  if (part.lastCrash) made.lastCrash = { ...part.lastCrash, agoMs: grown(part.lastCrash.agoMs) };
  return made;
}

function connect() {
  const source = new EventSource('/events'), line = element('connection');
  const tell = (text, isLost) => { line.textContent = text; line.classList.toggle('lost', isLost); };
  const show = next => { tree = next; remember(); draw(); };
  source.addEventListener('open', () => tell('live', false));
  source.addEventListener('page', message => { abilities = JSON.parse(message.data); draw(); });
  source.addEventListener('tree', message => show(JSON.parse(message.data)));
  source.addEventListener('change', message => show(merge(tree, JSON.parse(message.data))));
  source.addEventListener('stage', message => happened(JSON.parse(message.data)));
  source.addEventListener('error', () => {
    tell('the program has ended, or the connection is lost; trying again', true);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);   // after a refusal the browser does not try by itself
  });
}

addEventListener('resize', draw);
connect();
