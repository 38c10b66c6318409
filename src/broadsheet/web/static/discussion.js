// Discussion: reactions, previews and answers in place. Everything works without: these are the same forms and links.
(() => {
  const ask = (address, options = {}) => fetch(address, { ...options, headers: { "HX-Request": "true" } });

  const piece = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html; // what our own server rendered
    return holder.content;
  };

  const show = (place, html) => place.replaceChildren(piece(html));

  async function react(form, button) {
    const answer = await ask(button.formAction, { method: "POST", body: new FormData(form, button) });
    if (!answer.ok) return location.reload();
    const place = button.closest(".reactions");
    const { value } = button;
    const fresh = piece(await answer.text()).querySelector(".reactions");
    place.replaceWith(fresh);
    fresh.querySelector(`button[value="${CSS.escape(value)}"]`)?.focus();
  }

  async function preview(form, button) {
    const place = form.querySelector(".shown");
    place.setAttribute("aria-busy", "true");
    const answer = await ask(form.action, { method: "POST", body: new FormData(form, button) });
    const html = await answer.text();
    // A whole page in answer is one that says why nothing was done: signed out meanwhile, say.
    if (html.includes("<html")) place.textContent = "This cannot be shown. Keep a copy of your text, and load the page anew.";
    else show(place, html);
    place.removeAttribute("aria-busy");
  }

  async function open(link) {
    const comment = link.closest(".comment");
    const there = comment.querySelector(":scope > .write");
    if (there) return there.remove();
    const answer = await ask(link.href);
    if (!answer.ok || answer.redirected) return location.assign(link.href);
    link.closest(".doings").after(piece(await answer.text()));
    comment.querySelector(":scope > .write textarea").focus();
  }

  document.addEventListener("submit", (event) => {
    const { target, submitter } = event;
    if (!submitter) return;
    if (submitter.closest(".reactions")) {
      event.preventDefault();
      react(target, submitter);
    } else if (target.matches(".write") && submitter.value === "preview") {
      event.preventDefault();
      preview(target, submitter);
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.reply");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });

  // What an address names may lie in a fold.
  const unfold = () => {
    const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let each = named && named.parentElement; each; each = each.parentElement) if (each.matches("details")) each.open = true;
    if (named && named.closest(".discussion")) named.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
