'use strict';
// Draws the tree that the server sends twice a second. All text goes in by textContent, so a name is never markup.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 196, COLUMN = 300, MARGIN = 24;
const MOST_DRAWN = 60, NARROW = 700, REMEMBERED = 120;

const BARS = { busy: 10, events: 7, demand: 4, other: 2 };   // told apart by their heights too
const FLASH_MILLIS = 1400;

const remembered = new Map();   // of each stage, by its id: its last rates
const flashing = new Map();     // paths of stages that have just crashed or been restarted, and since when
let tree = null, chosen = null, shown = null;
let abilities = { stacks: false, controls: false };
let HEIGHT = 74;                // of a stage: one that does the steps of a pipeline has two lines more

// The token is in the fragment, which a browser sends to nobody. It is kept for this tab, so that a reload keeps it.
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given) {
  sessionStorage.setItem('stage-token', given);
  history.replaceState(null, '', location.pathname);
}
const token = sessionStorage.getItem('stage-token');

const element = id => document.getElementById(id);
const last = path => path.slice(path.lastIndexOf('/') + 1);

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

function number(value) {
  const n = Number(value);
  if (n >= 1e6) return (n / 1e6).toFixed(1) + 'M';
  if (n >= 1e4) return Math.round(n / 1e3) + 'k';
  return n >= 100 || Number.isInteger(n) ? String(Math.round(n)) : n.toFixed(1);
}

function time(ms) {
  return ms < 1000 ? Math.round(ms) + ' ms' : ms < 120000 ? Math.round(ms / 1000) + ' s' : Math.round(ms / 60000) + ' min';
}

/** Numbers that belong to one stage or to several that are shown as one. */
function facts(stage) {
  const rate = Math.max(stage.rateIn, stage.rateOut);
  const running = stage.status === 'running' ? '' : stage.status + ' · ';
  const restarts = stage.restarts ? ' · ' + stage.restarts + (stage.restarts === 1 ? ' restart' : ' restarts') : '';
  return running + number(rate) + '/s' + restarts;
}

function shares(stage) {
  const waits = stage.waits || {};
  const events = waits.events || 0, demand = waits.demand || 0;
  const other = Object.keys(waits).filter(key => key !== 'events' && key !== 'demand')
      .reduce((sum, key) => sum + waits[key], 0);
  return { busy: stage.busy || 0, events, demand, other };
}

/** What a stage of a pipeline has come to, in a few words; empty for any other. */
function progress(stage) {
  const run = stage.run, parts = [];
  if (!run) return '';
  if (Number(run.late)) parts.push(number(run.late) + ' late');
  if (Number(stage.deadLettered)) parts.push(number(stage.deadLettered) + ' dead');
  if (run.windows) parts.push(number(run.windows) + (run.windows === 1 ? ' window' : ' windows'));
  if (run.lagMs !== null) parts.push(lag(run.lagMs));
  return parts.join(' · ');
}

/** How far the event time of a stage is behind the clock: of old data that says nothing. */
function lag(ms) {
  const n = Number(ms);
  return n < 0 ? 'ahead' : n > 86400000 ? 'old data' : time(n) + ' behind';
}

function short(text, most) {
  return text.length > most ? text.slice(0, most - 1) + '…' : text;
}

/** Where an animation of this length would be now, had it begun with the page: the picture is drawn anew all the time. */
function inStep(element, millis, since) {
  element.style.animationDelay = -((performance.now() - (since || 0)) % millis) + 'ms';
  return element;
}

function culprits() {
  return new Set((tree.findings || []).filter(finding => finding.kind !== 'healthy').map(finding => finding.culprit));
}

/** Puts each stage into the column after the last of those it gets events from. */
function columns(stages, edges) {
  const column = new Map(stages.map(stage => [stage.path, 0]));
  for (let round = 0; round < stages.length; round++) {
    let moved = false;
    for (const edge of edges) {
      if (!column.has(edge.from) || !column.has(edge.to)) continue;
      const wanted = column.get(edge.from) + 1;
      if (column.get(edge.to) < wanted && wanted < stages.length) { column.set(edge.to, wanted); moved = true; }
    }
    if (!moved) break;
  }
  return column;
}

function layout(stages, edges) {
  const column = columns(stages, edges), rows = [], place = new Map();
  for (const stage of stages) (rows[column.get(stage.path)] ||= []).push(stage);
  const tallest = Math.max(...rows.map(row => (row || []).length)), ROW = HEIGHT + 30;
  rows.forEach((row, x) => {
    // Near those it gets events from, so that few edges cross.
    const weight = stage => {
      const above = edges.filter(edge => edge.to === stage.path && place.has(edge.from)).map(edge => place.get(edge.from).y);
      return above.length ? above.reduce((a, b) => a + b) / above.length : 0;
    };
    [...row].sort((a, b) => weight(a) - weight(b)).forEach((stage, y) => place.set(stage.path,
        { x: MARGIN + x * COLUMN, y: MARGIN + (y + (tallest - row.length) / 2) * ROW }));
  });
  return { place, width: 2 * MARGIN + (rows.length - 1) * COLUMN + WIDTH, height: 2 * MARGIN + (tallest - 1) * ROW + HEIGHT };
}

function choose(path) {
  chosen = chosen === path ? null : path;
  draw();
}

function drawPicture(stages, edges) {
  const { place, width, height } = layout(stages, edges), wrong = culprits();
  const focused = document.activeElement && document.activeElement.getAttribute('data-path');
  const svg = node('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'group' });
  for (const edge of edges) {
    const from = place.get(edge.from), to = place.get(edge.to);
    if (!from || !to) continue;
    const x1 = from.x + WIDTH, y1 = from.y + HEIGHT / 2, x2 = to.x, y2 = to.y + HEIGHT / 2, bend = Math.max(40, Math.abs(x2 - x1) / 2);
    const d = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const fullness = edge.max > 0 ? Number(edge.inFlight) / Number(edge.max) : 0;
    const thick = 2 + Math.min(7, Math.log10(1 + edge.rate) * 1.4);
    const kind = edge.rate > 0 ? (fullness >= 0.8 ? 'full' : '') : (fullness >= 0.8 ? 'full' : 'still');
    svg.append(node('path', { d, class: 'edge ' + kind, 'stroke-width': thick }));
    if (edge.rate > 0) svg.append(inStep(node('path', { d, class: 'edge flowing', 'stroke-width': Math.max(1.5, thick / 2.5) }), 1000));
    const label = edge.rate > 0 ? number(edge.rate) + '/s' : number(edge.inFlight) + (kind === 'full' ? '' : ' in flight');
    svg.append(node('text', { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 8, class: 'edge-label' }, kind === 'full' ? label + ' · full' : label));
  }
  for (const stage of stages) svg.append(drawStage(stage, place.get(stage.path), wrong.has(stage.path)));
  const picture = element('picture');
  svg.classList.toggle('wide', width > 1.6 * picture.clientWidth);
  picture.replaceChildren(svg);
  if (focused) picture.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
}

function drawStage(stage, at, isCulprit) {
  const classes = ['stage', stage.status, isCulprit ? 'culprit' : '', chosen === stage.path ? 'chosen' : '',
    flashing.has(stage.path) ? 'flash' : ''].join(' ');
  const share = shares(stage);
  const group = node('g', { class: classes, tabindex: 0, role: 'button', 'data-path': stage.path,
    transform: `translate(${at.x} ${at.y})`, 'aria-pressed': chosen === stage.path,
    'aria-label': `${stage.path}, ${stage.kind}, ${facts(stage)}, busy ${Math.round(share.busy * 100)} percent`
        + (progress(stage) ? ', ' + progress(stage) : '') + (isCulprit ? ', holds the others up' : '') });
  group.append(node('rect', { class: 'ring', x: -6, y: -6, width: WIDTH + 12, height: HEIGHT + 12, rx: 13 }));
  const card = node('rect', { class: 'card', width: WIDTH, height: HEIGHT, rx: 9 });
  group.append(flashing.has(stage.path) ? inStep(card, 1e9, flashing.get(stage.path)) : card);
  const name = stage.label || last(stage.path);
  group.append(node('text', { class: 'name', x: 12, y: 22 }, short(name, 22)));
  group.append(node('text', { class: 'facts', x: 12, y: 39 }, facts(stage)));
  let x = 12;
  for (const kind of ['busy', 'events', 'demand', 'other']) {
    const wide = Math.max(0, Math.min(1, share[kind])) * (WIDTH - 24);
    if (wide > 0.5) group.append(node('rect', { class: 'bar ' + kind, x, y: 59 - BARS[kind], width: wide, height: BARS[kind] }));
    x += wide;
  }
  if (stage.run) {
    group.append(node('text', { class: 'facts', x: 12, y: 77 }, short(stage.run.steps, 30)));
    group.append(node('text', { class: 'facts', x: 12, y: 93 }, short(progress(stage), 30)));
  }
  if (isCulprit) group.append(node('text', { class: 'mark', x: WIDTH - 20, y: 22 }, '▲'));
  group.append(node('title', {}, stage.path + ' – ' + (stage.run ? stage.run.steps : stage.kind)));
  group.addEventListener('click', () => choose(stage.path));
  group.addEventListener('keydown', event => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(stage.path); }
  });
  return group;
}

/** Shows name-1 … name-n in one row, unless one of them holds the others up. */
function folded(stages, wrong) {
  const groups = new Map();
  for (const stage of stages) {
    const base = wrong.has(stage.path) ? stage.path : stage.path.replace(/-?\d+$/, '');
    (groups.get(base) || groups.set(base, []).get(base)).push(stage);
  }
  return [...groups].map(([base, members]) => {
    if (members.length === 1) return members[0];
    const sum = key => members.reduce((total, stage) => total + Number(stage[key]), 0);
    const most = members.reduce((a, b) => a.busy >= b.busy ? a : b);
    return { ...most, label: `${last(base)} × ${members.length}`, rateIn: sum('rateIn'), rateOut: sum('rateOut'), restarts: sum('restarts') };
  });
}

function drawTable(stages, edges) {
  const wrong = culprits(), body = document.querySelector('#table tbody');
  const focused = body.contains(document.activeElement) && document.activeElement.getAttribute('data-path');
  body.replaceChildren(...folded(stages, wrong).map(stage => {
    const row = html('tr', undefined, { tabindex: 0, 'data-path': stage.path, 'aria-selected': chosen === stage.path });
    if (stage.run) row.title = stage.run.steps;
    if (wrong.has(stage.path)) row.classList.add('culprit');
    if (flashing.has(stage.path)) row.classList.add('flash');
    const inFlight = edges.filter(edge => edge.to === stage.path).reduce((sum, edge) => sum + Number(edge.inFlight), 0);
    const name = (wrong.has(stage.path) ? '▲ ' : '') + (stage.label || last(stage.path));
    for (const text of [name, stage.status, Math.round(stage.busy * 100) + ' %', number(stage.rateIn), number(stage.rateOut),
        number(inFlight), String(stage.restarts)]) row.append(html('td', text));
    row.addEventListener('click', () => choose(stage.path));
    row.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(stage.path); }
    });
    return row;
  }));
  if (focused) body.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
}

/** The panel is made once for each stage that is chosen, so that its buttons keep the focus; only its numbers change. */
function drawDetails() {
  const panel = element('details'), stage = tree.stages.find(candidate => candidate.path === chosen);
  panel.hidden = !stage;
  if (!stage) { shown = null; return; }
  const made = [stage.id, abilities.stacks, abilities.controls].join(' ');
  if (shown !== made) makePanel(panel, stage);
  shown = made;
  panel.querySelector('dl').replaceChildren(...ledger(stage));
  panel.querySelector('.spark-line').replaceChildren(sparkline(remembered.get(stage.id) || []));
}

function makePanel(panel, stage) {
  const close = button('close', () => { const path = chosen; choose(path); document.querySelector(`[data-path="${CSS.escape(path)}"]`)?.focus(); });
  close.className = 'close';
  const actions = html('p', undefined, { class: 'actions' }), answer = html('pre', undefined, { role: 'status' });
  if (token && abilities.stacks) actions.append(button('stack', () => showStack(stage, answer)));
  if (token && abilities.controls) {
    actions.append(button('pause', () => act('/pause', stage, answer)), button('resume', () => act('/resume', stage, answer)),
        button('kill', () => { if (confirm(`Kill ${stage.path}? It is restarted as after a crash.`)) act('/kill', stage, answer); }));
  }
  panel.replaceChildren(close, html('h2', stage.path), html('dl'), html('div', undefined, { class: 'spark-line' }), actions, answer);
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
  add('busy', `${Math.round(stage.busy * 100)} %`);
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
  const points = values.map((value, i) => `${i * 300 / REMEMBERED},${48 - value / most * 44}`).join(' ');
  const svg = node('svg', { viewBox: '0 0 300 52', width: 300, height: 52, role: 'img',
    'aria-label': `events a second over the last minute, at most ${number(most)}` });
  svg.append(node('polyline', { class: 'spark', points }));
  return svg;
}

function drawSentence() {
  const finding = (tree.findings || [])[0], line = element('sentence');
  const text = finding ? finding.sentence : 'looking for what slows it down';
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle('stuck', Boolean(finding) && (finding.kind === 'root-cause' || finding.kind === 'deadlock'));
}

function draw() {
  if (!tree) return;
  element('scope').textContent = tree.scope;
  document.title = tree.scope + ' – Stage';
  HEIGHT = tree.stages.some(stage => stage.run) ? 104 : 74;
  const asTable = tree.stages.length > MOST_DRAWN || innerWidth < NARROW;
  element('picture').hidden = asTable;
  element('table').hidden = !asTable;
  const open = tree.edges.filter(edge => edge.open || Number(edge.inFlight) > 0 || Number(edge.sent) > 0);
  if (tree.stages.length === 0) element('picture').replaceChildren(html('p', 'no stages yet'));
  else if (asTable) drawTable(tree.stages, open);
  else drawPicture(tree.stages, open);
  drawSentence();
  drawDetails();
}

function remember() {
  for (const stage of tree.stages) {
    const values = remembered.get(stage.id) || [];
    values.push(Math.max(stage.rateIn, stage.rateOut));
    if (values.length > REMEMBERED) values.shift();
    remembered.set(stage.id, values);
  }
  for (const id of remembered.keys()) if (!tree.stages.some(stage => stage.id === id)) remembered.delete(id);
}

function happened(event) {
  const bad = ['Crashed', 'DeadLettered', 'GaveUp', 'Abandoned', 'Stalled', 'Dropped'].includes(event.type);
  if (event.type === 'Crashed' || event.type === 'Restarted') {
    flashing.set(event.path, performance.now());
    setTimeout(() => flashing.delete(event.path), FLASH_MILLIS);
  }
  const words = event.type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const item = html('li', `${new Date().toLocaleTimeString()}  ${event.path}  ${words}${event.cause ? ': ' + event.cause : ''}`);
  if (bad) item.className = 'bad';
  const list = document.querySelector('#news ol');
  list.prepend(item);
  while (list.children.length > 100) list.lastElementChild.remove();
}

function connect() {
  const source = new EventSource('/events'), line = element('connection');
  const show = (text, lost) => { line.textContent = text; line.classList.toggle('lost', lost); };
  source.addEventListener('open', () => show('live', false));
  source.addEventListener('page', message => { abilities = JSON.parse(message.data); draw(); });
  source.addEventListener('tree', message => { tree = JSON.parse(message.data); remember(); draw(); });
  source.addEventListener('stage', message => happened(JSON.parse(message.data)));
  source.addEventListener('error', () => {
    show('the program has ended, or the connection is lost; trying again', true);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);   // after a refusal the browser does not try by itself
  });
}

addEventListener('resize', draw);
connect();
