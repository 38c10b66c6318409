// Keys for moving through lists, and copying citations. The pages work without it.
(() => {
  const cards = [...document.querySelectorAll("article.card, article.match")];
  let at = -1;

  function select(to) {
    if (!cards.length) return;
    if (at >= 0) cards[at].classList.remove("selected");
    at = Math.max(0, Math.min(cards.length - 1, to));
    cards[at].classList.add("selected");
    const link = cards[at].querySelector("a.headline");
    link.focus({ preventScroll: true });
    cards[at].scrollIntoView({ block: "nearest" });
  }

  function follow(relation) {
    const link = document.querySelector(`.pager a[rel="${relation}"]`) || document.querySelector(`main a[rel="${relation}"]`);
    if (link) link.click();
  }

  const keys = {
    j: () => select(at + 1),
    k: () => select(at - 1),
    o: () => at >= 0 && cards[at].querySelector("a.headline").click(),
    n: () => follow("next"),
    p: () => follow("prev"),
    "/": () => { const field = document.getElementById("q"); field.focus(); field.select(); },
    "?": () => document.getElementById("keys").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (typing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // Without HTTPS browsers give no clipboard; what is selected can still be copied.
  async function copy(source) {
    try {
      await navigator.clipboard.writeText(source.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(source);
      return document.execCommand("copy");
    }
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(document.getElementById(button.dataset.copy));
      document.getElementById("copied").textContent = done ? "Copied." : "Select the text and copy it.";
    });
  }
})();
