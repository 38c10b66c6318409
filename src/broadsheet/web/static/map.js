// The map of the literature, drawn by three.js and moved by d3-zoom. The page's list says the same without script.
const figure = document.getElementById("map");
const view = figure.querySelector(".map-view");
const canvas = view.querySelector("canvas");
const names = view.querySelector(".map-names");
const tip = view.querySelector(".map-tip");
const form = document.querySelector(".map-filters");
const still = matchMedia("(prefers-reduced-motion: reduce)");

const STEPS = 65535, YEAR_ZERO = 1800, NO_FIELD = 255;
const CLOSEST = 150, WIDEST = 1.75, TALLEST = 1.3;
const NEAR = 14; // pixels within which a point is meant
const SHOWN_FROM = [0, 34, 30], GONE_AT = [0.42, 0.36, 2]; // reach of a region: pixels, share of the view

const VERTEX = `
precision highp float;
in float x, y, kind, age;
uniform vec2 scale, shift, years;
uniform float size;
uniform int fields;
uniform vec3 palette[9];
out vec3 colour;
void main() {
  int number = kind > 200.0 ? 0 : int(kind) + 1;
  bool seen = ((fields >> number) & 1) == 1 && age >= years.x && age <= years.y;
  gl_Position = seen ? vec4(vec2(x, y) * scale + shift, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size;
  colour = palette[number];
}`;
const FRAGMENT = `
precision highp float;
in vec3 colour;
uniform float size, alpha;
out vec4 drawn;
void main() {
  float far = length(gl_PointCoord - 0.5) * size;
  float cover = size < 2.5 ? 1.0 : clamp(size * 0.5 - far + 0.5, 0.0, 1.0);
  drawn = vec4(colour, 1.0) * (alpha * cover);
}`;

const chosenNow = () => JSON.parse(document.getElementById("map-data").textContent);

async function bytes(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function start() {
  const chosen = chosenNow();
  const [kit, points, regions] = await Promise.all([
    import(figure.dataset.renderer),
    bytes(figure.dataset.points).then((response) => response.arrayBuffer()),
    bytes(figure.dataset.regions).then((response) => response.json()),
  ]);
  const count = chosen.count;
  const data = {
    count,
    x: new Uint16Array(points, 0, count),
    y: new Uint16Array(points, 2 * count, count),
    kind: new Uint8Array(points, 4 * count, count),
    age: new Uint8Array(points, 5 * count, count),
  };
  figure.classList.add("drawn");
  new LiteratureMap(kit, data, regions.levels, chosen);
}

class LiteratureMap {
  constructor(kit, data, levels, chosen) {
    this.kit = kit;
    this.data = data;
    this.titles = new Map();
    this.budget = Math.min(data.count, 80000);
    this.transform = kit.zoomIdentity;
    this.renderer = new kit.WebGLRenderer({ canvas, alpha: true, antialias: false, depth: false, stencil: false });
    this.renderer.setClearColor(0, 0);
    this.scene = new kit.Scene();
    this.camera = new kit.OrthographicCamera();
    this.points = this.layer(data, data.count);
    this.hits = null;
    this.zoom = kit.zoom().scaleExtent([1, CLOSEST]).on("zoom", (event) => this.moved(event));
    this.names = this.makeNames(levels);
    this.resize();
    kit.select(view).call(this.zoom);
    this.listen();
    this.recolour();
    this.choose(chosen, false);
    setTimeout(() => this.plant(), 400);
  }

  // One draw call: columns of the file as they come, each an attribute.
  layer(data, count) {
    const { BufferGeometry, BufferAttribute, RawShaderMaterial, Points, GLSL3 } = this.kit;
    const geometry = new BufferGeometry();
    geometry.setAttribute("x", new BufferAttribute(data.x, 1, true));
    geometry.setAttribute("y", new BufferAttribute(data.y, 1, true));
    geometry.setAttribute("kind", new BufferAttribute(data.kind, 1));
    geometry.setAttribute("age", new BufferAttribute(data.age, 1));
    geometry.setDrawRange(0, count);
    const uniforms = {
      scale: { value: [1, 1] }, shift: { value: [0, 0] }, years: { value: [0, 255] }, fields: { value: 511 },
      size: { value: 2 }, alpha: { value: 0.6 }, palette: { value: new Float32Array(27) },
    };
    const material = new RawShaderMaterial({
      vertexShader: VERTEX, fragmentShader: FRAGMENT, glslVersion: GLSL3, uniforms,
      transparent: true, depthTest: false, depthWrite: false, premultipliedAlpha: true,
      blending: 5, blendSrc: 201, blendDst: 205, blendEquation: 100, // custom: one, one minus source alpha, add
    });
    const made = new Points(geometry, material);
    made.frustumCulled = false;
    this.scene.add(made);
    return made;
  }

  makeNames(levels) {
    return levels.flatMap((regions, level) => regions.filter((region) => region.name).map((region) => {
      const link = document.createElement("a");
      link.className = `level-${level}`;
      link.href = `/map?region=${encodeURIComponent(region.address)}`;
      link.textContent = innerWidth < 640 && level < 2 ? region.name.split(", ")[0] : region.name;
      link.draggable = false;
      link.title = `${region.papers.toLocaleString("en")} papers`;
      link.addEventListener("focus", () => this.bringIntoView(region));
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.visit(this.addressWith(region.address));
      });
      names.append(link);
      return { link, level, region, shown: false, width: 0, height: 0 };
    }));
  }

  // Geometry: the unit square lies in the middle of the view, stretched to its form as far as it bears.
  resize() {
    const { width, height } = view.getBoundingClientRect();
    if (!width || !height) return;
    const before = this.width ? [this.width, this.height] : null;
    this.width = width;
    this.height = height;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    this.ratio = ratio;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    const margin = Math.min(width, height) * 0.03;
    this.boxWidth = Math.min(width, height * WIDEST) - 2 * margin;
    this.boxHeight = Math.min(height, width * TALLEST) - 2 * margin;
    this.left = (width - this.boxWidth) / 2;
    this.top = (height - this.boxHeight) / 2;
    this.zoom.extent([[0, 0], [width, height]]).translateExtent([[-0.1 * width, -0.1 * height], [1.1 * width, 1.1 * height]]);
    for (const each of this.names) {
      each.width = each.link.offsetWidth;
      each.height = each.link.offsetHeight;
    }
    if (before) {
      const { x, y, k } = this.transform;
      const moved = this.kit.zoomIdentity.translate((x * width) / before[0], (y * height) / before[1]).scale(k);
      this.kit.select(view).call(this.zoom.transform, moved);
    }
    this.schedule();
  }

  onScreen(x, y) {
    const { k, x: dx, y: dy } = this.transform;
    return [dx + k * (this.left + x * this.boxWidth), dy + k * (this.top + y * this.boxHeight)];
  }

  moved({ transform }) {
    this.transform = transform;
    view.classList.toggle("near", transform.k > 1.001);
    this.hideTip();
    this.moving = performance.now();
    this.schedule();
  }

  schedule() {
    if (!this.queued) this.queued = requestAnimationFrame((now) => this.draw(now));
  }

  draw(now) {
    this.queued = 0;
    const moving = now - (this.moving ?? -1e9) < 150;
    this.pace(now, moving);
    const { k, x, y } = this.transform;
    const { width, height } = this;
    const scale = [(2 * k * this.boxWidth) / width, (-2 * k * this.boxHeight) / height];
    const shift = [(2 * (x + k * this.left)) / width - 1, 1 - (2 * (y + k * this.top)) / height];
    const few = Math.max(1, Math.min(4, (150000 / this.data.count) ** 0.25));
    const size = Math.min(11, 1.5 * few * k ** 0.5) * this.ratio;
    for (const layer of [this.points, this.hits]) {
      if (!layer) continue;
      const { uniforms } = layer.material;
      uniforms.scale.value = scale;
      uniforms.shift.value = shift;
      uniforms.size.value = layer === this.hits ? Math.max(6 * this.ratio, size * 1.5) : Math.max(1, size);
    }
    this.points.material.uniforms.alpha.value = this.hits ? 0.28 : Math.min(0.85, 0.5 + 0.08 * Math.log2(k) + 0.1 * (few - 1));
    this.points.geometry.setDrawRange(0, moving ? Math.ceil(this.budget) : this.data.count);
    this.renderer.render(this.scene, this.camera);
    this.placeNames();
    if (moving) this.schedule();
  }

  // Points are in no order: fewer of them, while the map moves on a slow machine, are a fair sample.
  pace(now, moving) {
    const gap = now - (this.drawnAt ?? now);
    this.drawnAt = moving ? now : undefined;
    if (!moving || !gap) return;
    this.gap = 0.7 * (this.gap ?? 20) + 0.3 * Math.min(gap, 100);
    if (this.gap > 24) this.budget = Math.max(20000, this.budget * 0.85);
    else if (this.gap < 19) this.budget = Math.min(this.data.count, this.budget * 1.1);
  }

  // Wide regions first; one whose name finds no room, or that is far too near, is not named.
  placeNames() {
    const taken = [];
    const { k } = this.transform;
    const span = Math.min(this.width, this.height);
    for (const each of this.names) {
      const reach = each.region.reach * k * Math.sqrt(this.boxWidth * this.boxHeight);
      const [x, y] = this.onScreen(...each.region.at);
      // A name is wholly in the view as long as the place that it names is.
      const within = x >= 0 && x <= this.width && y >= 0 && y <= this.height;
      const clamp = (value, size, all) => Math.max(4, Math.min(all - size - 4, value));
      const left = clamp(x - each.width / 2, each.width, this.width), top = clamp(y - each.height / 2, each.height, this.height);
      const box = [left - 5, top - 3, left + each.width + 5, top + each.height + 3];
      const fits = within && reach >= SHOWN_FROM[each.level] && reach < GONE_AT[each.level] * span
        && !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
      if (fits) {
        taken.push(box);
        each.link.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`;
      }
      if (fits !== each.shown) each.link.classList.toggle("shown", (each.shown = fits));
    }
  }

  recolour() {
    const style = getComputedStyle(document.documentElement);
    const colours = (property) => [1, 3, 5].map((at) => parseInt(style.getPropertyValue(property).trim().slice(at, at + 2), 16) / 255);
    const palette = Float32Array.from(Array.from({ length: 9 }, (_, number) => colours(`--field-${number}`)).flat());
    this.points.material.uniforms.palette.value = palette;
    if (this.hits) this.hits.material.uniforms.palette.value = Float32Array.from(Array.from({ length: 9 }, () => colours("--hit")).flat());
    this.schedule();
  }

  // What is chosen: fields and years in the shader, marks as points of their own on top, a region as where to look.
  choose(chosen, move = true) {
    const [first, last] = chosen.years;
    const uniforms = this.points.material.uniforms;
    uniforms.fields.value = chosen.fields.reduce((bits, number) => bits | (1 << (number === NO_FIELD ? 0 : number + 1)), 0);
    uniforms.years.value = [first ? first - YEAR_ZERO : (last ? 1 : 0), last ? last - YEAR_ZERO : 255];
    if (this.hits) {
      this.scene.remove(this.hits);
      this.hits.geometry.dispose();
      this.hits.material.dispose();
      this.hits = null;
    }
    if (chosen.marked) {
      const pick = (column) => column.constructor.from(chosen.marked, (row) => column[row]);
      const { x, y, kind, age } = this.data;
      this.hits = this.layer({ x: pick(x), y: pick(y), kind: pick(kind), age: pick(age) }, chosen.marked.length);
      this.hits.renderOrder = 1;
      this.hits.material.uniforms.alpha.value = 0.9;
    }
    this.recolour();
    const region = String(chosen.region);
    if (chosen.region && region !== this.region) this.goTo(...chosen.region, move);
    this.region = region;
    this.schedule();
  }

  goTo(x, y, reach, move = true) {
    const span = Math.min(this.width, this.height);
    const k = Math.max(1, Math.min(CLOSEST, (span * 0.3) / (Math.max(reach, 1e-4) * Math.sqrt(this.boxWidth * this.boxHeight))));
    const there = this.kit.zoomIdentity
      .translate(this.width / 2 - k * (this.left + x * this.boxWidth), this.height / 2 - k * (this.top + y * this.boxHeight))
      .scale(k);
    this.glide((selection) => selection.call(this.zoom.transform, there), move ? 900 : 0);
  }

  glide(act, duration = 250) {
    const selection = this.kit.select(view);
    act(still.matches || !duration ? selection : selection.transition().duration(duration));
  }

  bringIntoView(region) {
    names.scrollTo(0, 0);
    view.scrollTo(0, 0);
    const [x, y] = this.onScreen(...region.at);
    if (x < 0 || y < 0 || x > this.width || y > this.height) this.glide((s) => s.call(this.zoom.translateTo, this.left + region.at[0] * this.boxWidth, this.top + region.at[1] * this.boxHeight));
  }

  // The tree by which points under the pointer are found, made before the first is asked for.
  plant() {
    if (this.tree) return;
    this.tree = new this.kit.KDBush(this.data.count, 64, Uint16Array);
    for (let row = 0; row < this.data.count; row++) this.tree.add(this.data.x[row], this.data.y[row]);
    this.tree.finish();
  }

  nearest(px, py, many = 1) {
    this.plant();
    const { k, x, y } = this.transform;
    const at = [((px - x) / k - this.left) / this.boxWidth, ((py - y) / k - this.top) / this.boxHeight];
    const reach = [(NEAR / k / this.boxWidth) * STEPS, (NEAR / k / this.boxHeight) * STEPS];
    const rows = this.tree.range(at[0] * STEPS - reach[0], at[1] * STEPS - reach[1], at[0] * STEPS + reach[0], at[1] * STEPS + reach[1]);
    const far = (row) => ((this.data.x[row] / STEPS - at[0]) * this.boxWidth) ** 2 + ((this.data.y[row] / STEPS - at[1]) * this.boxHeight) ** 2;
    const seen = rows.filter((row) => this.passes(row));
    if (many === 1) return seen.reduce((best, row) => (best === undefined || far(row) < far(best) ? row : best), undefined);
    return seen.sort((a, b) => far(a) - far(b)).slice(0, many);
  }

  passes(row) {
    const { fields, years } = this.points.material.uniforms;
    const kind = this.data.kind[row], age = this.data.age[row];
    return (fields.value >> (kind === NO_FIELD ? 0 : kind + 1)) & 1 && age >= years.value[0] && age <= years.value[1];
  }

  async paper(row, near = [row]) {
    if (!this.titles.has(row)) {
      const rows = [...new Set([row, ...near])].filter((each) => !this.titles.has(each)).slice(0, 40);
      const { version } = chosenNow();
      const answer = await bytes(`/map/papers?version=${version}&rows=${rows.join(",")}`).then((response) => response.json());
      for (const each of rows) this.titles.set(each, null);
      for (const each of answer.papers) this.titles.set(each.row, each);
    }
    return this.titles.get(row);
  }

  async showTip(row, px, py) {
    this.pointed = row;
    const paper = await this.paper(row, this.nearest(px, py, 24)).catch(() => null);
    if (this.pointed !== row || !paper) return;
    const link = document.createElement("a");
    link.href = paper.url;
    link.textContent = paper.title;
    const about = document.createElement("small");
    about.textContent = [paper.authors, paper.year].filter(Boolean).join(" · ");
    tip.replaceChildren(link, about);
    tip.hidden = false;
    const [x, y] = this.onScreen(this.data.x[row] / STEPS, this.data.y[row] / STEPS);
    const left = Math.max(4, Math.min(this.width - tip.offsetWidth - 4, x - tip.offsetWidth / 2));
    const above = y - tip.offsetHeight - 12;
    tip.style.transform = `translate(${left}px, ${above > 4 ? above : y + 12}px)`;
    this.dot ??= view.appendChild(Object.assign(document.createElement("div"), { className: "map-dot" }));
    this.dot.hidden = false;
    this.dot.style.transform = `translate(${x}px, ${y}px)`;
  }

  hideTip() {
    this.pointed = undefined;
    tip.hidden = true;
    if (this.dot) this.dot.hidden = true;
  }

  listen() {
    new ResizeObserver(() => this.resize()).observe(view);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    view.addEventListener("pointermove", (event) => this.hover(event));
    view.addEventListener("pointerleave", () => { view.classList.remove("pointing"); this.hideTip(); });
    view.addEventListener("pointerdown", (event) => { this.pointer = event.pointerType; });
    view.addEventListener("click", (event) => this.click(event));
    view.addEventListener("keydown", (event) => this.key(event));
    for (const button of figure.querySelectorAll("[data-do]")) button.addEventListener("click", () => this.step(button.dataset.do));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.visit(this.addressWith()); });
    form.addEventListener("change", (event) => { if (event.target.name !== "q" && form.checkValidity()) this.visit(this.addressWith()); });
    document.getElementById("regions").addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="/map?"], a[href="/map"]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.closest(".nothing")) return;
      event.preventDefault();
      this.visit(link.getAttribute("href"));
    });
    addEventListener("popstate", () => location.reload());
  }

  hover(event) {
    if (event.pointerType !== "mouse" || event.buttons) return;
    if (event.target.closest(".map-tip, .map-names a")) return;
    const box = view.getBoundingClientRect();
    const at = [event.clientX - box.left, event.clientY - box.top];
    const row = this.nearest(...at);
    view.classList.toggle("pointing", row !== undefined);
    if (row === undefined) return this.hideTip();
    if (row === this.pointed) return;
    this.hideTip();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.showTip(row, ...at), 60);
  }

  async click(event) {
    if (event.defaultPrevented || event.target.closest("a")) return;
    const box = view.getBoundingClientRect();
    const at = [event.clientX - box.left, event.clientY - box.top];
    const row = event.target.closest(".map-tip") ? this.pointed : this.nearest(...at);
    if (row === undefined) return this.hideTip();
    if (this.pointer !== "mouse") return this.showTip(row, ...at);
    const paper = await this.paper(row).catch(() => null);
    if (!paper) return;
    if (event.ctrlKey || event.metaKey) open(paper.url, "_blank");
    else location.assign(paper.url);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
    const step = { "+": "in", "=": "in", "-": "out", "0": "home" }[event.key];
    if (pan) this.glide((selection) => selection.call(this.zoom.translateBy, pan[0] / this.transform.k, pan[1] / this.transform.k), 120);
    else if (step) this.step(step);
    else if (event.key === "Escape") this.hideTip();
    else if (event.key === "Enter" && event.target === view) this.showMiddle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  step(what) {
    if (what === "home") this.glide((selection) => selection.call(this.zoom.transform, this.kit.zoomIdentity), 600);
    else this.glide((selection) => selection.call(this.zoom.scaleBy, what === "in" ? 1.7 : 1 / 1.7));
  }

  showMiddle() {
    const row = this.nearest(this.width / 2, this.height / 2);
    if (row !== undefined) this.showTip(row, this.width / 2, this.height / 2);
  }

  addressWith(region) {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    if (form.querySelectorAll("[name=field]:not(:checked)").length === 0) asked.delete("field");
    if (region) asked.set("region", region);
    return asked.size ? `/map?${asked}` : "/map";
  }

  // The list below, the note and what is chosen come from the page at an address, as they would without script.
  async visit(address) {
    const mine = (this.visits = (this.visits ?? 0) + 1);
    const response = await fetch(address).catch(() => null);
    if (mine !== this.visits) return;
    if (!response?.ok) return location.assign(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of ["regions", "map-note", "map-region", "map-data"]) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    history.pushState(null, "", address);
    this.choose(chosenNow());
  }
}

// Without WebGL, or without an answer, the list is there.
start().catch((error) => {
  figure.hidden = true;
  console.warn("The map cannot be drawn:", error.message);
});
