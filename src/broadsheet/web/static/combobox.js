// Suggestions while typing: makes a search box an ARIA 1.2 combobox. The box works without it.
const WAIT = 120; // milliseconds without a key before we ask
const KEPT = 50; // answers remembered
const answers = new Map();

// Most pages do without the style of the list.
function dress(href) {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
}

async function ask(words, signal) {
  if (answers.has(words)) return answers.get(words);
  const reply = await fetch(`/papers/complete?${new URLSearchParams({ q: words })}`, { signal });
  const html = reply.ok ? (await reply.text()).trim() : "";
  if (answers.size >= KEPT) answers.delete(answers.keys().next().value);
  answers.set(words, html);
  return html;
}

const isEnough = (words) => words.length > 1 || /[^\x00-\x7f]/.test(words);

export function complete(field, style) {
  const list = document.createElement("div");
  const told = document.createElement("span");
  let timer = 0, asking = new AbortController(), at = -1;

  dress(style);
  list.id = `${field.id}-list`;
  list.className = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  told.className = "hidden";
  told.setAttribute("role", "status");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  field.form.classList.add("completing");
  field.form.append(list, told);

  const options = () => [...list.querySelectorAll("[role=option]")];

  function mark(to) {
    const all = options();
    all.forEach((option) => option.setAttribute("aria-selected", "false"));
    at = to;
    if (at < 0) return field.removeAttribute("aria-activedescendant");
    all[at].setAttribute("aria-selected", "true");
    all[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", all[at].id);
  }

  function close() {
    clearTimeout(timer);
    asking.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function show(html) {
    list.innerHTML = html; // our own server's, with everything escaped
    const all = options();
    all.forEach((option, place) => { option.id = `${list.id}-${place}`; });
    told.textContent = all.length === 1 ? "1 suggestion" : `${all.length} suggestions`;
    if (!all.length) return close();
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    mark(-1);
  }

  async function look() {
    const words = field.value.trim();
    asking.abort();
    if (!isEnough(words)) return close();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const html = await ask(words, signal);
      if (!signal.aborted && document.activeElement === field) show(html);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function move(by) {
    if (list.hidden) return look();
    const places = options().length + 1; // the field itself is a place too, so that one can return to it
    mark(((at + 1 + by + places) % places) - 1);
  }

  // Each answers whether the key is used up by it.
  const keys = {
    ArrowDown: () => (move(1), true),
    ArrowUp: () => (move(-1), true),
    Escape: () => !list.hidden && (close(), true),
    Enter: () => at >= 0 && (options()[at].click(), true),
    Tab: () => (close(), false),
  };

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  }

  field.addEventListener("input", soon);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !Object.hasOwn(keys, event.key)) return;
    if (keys[event.key]()) event.preventDefault();
  });
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  if (field.value && field.value !== field.defaultValue) soon(); // typed before we were here
}
