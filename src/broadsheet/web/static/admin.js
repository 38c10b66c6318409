// While something runs, the operator's pages look again and renew what shows it. Forms stay as they are typed.
(() => {
  const EVERY_MS = 5000;

  async function look() {
    if (document.hidden) return later();
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer) return later();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const goesOn = fresh.querySelector("[data-busy]"); // asked first: what is renewed leaves the fresh page
    for (const old of document.querySelectorAll("[data-live]")) {
      const renewed = fresh.getElementById(old.id);
      const inUse = old.contains(document.activeElement) || old.querySelector("details[open]");
      if (renewed && !inUse && renewed.innerHTML !== old.innerHTML) old.replaceWith(renewed);
    }
    if (goesOn) later();
  }

  function later() {
    setTimeout(look, EVERY_MS);
  }

  if (document.querySelector("[data-busy]")) later();
})();
