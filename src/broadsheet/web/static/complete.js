// Search boxes: suggestions come with the first touch of a box; pages that are only read do without them.
(() => {
  const { list, style } = document.currentScript.dataset;

  document.addEventListener("focusin", async ({ target }) => {
    if (target.dataset.touched || !target.matches('form[action="/papers"]:not(.within) input[type="search"]')) return;
    target.dataset.touched = "yes";
    (await import(list)).complete(target, style);
  });

  // Addresses of searches are passed on: what was left empty stays out of them.
  document.addEventListener("formdata", ({ formData }) => {
    for (const name of new Set(formData.keys())) {
      const filled = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      filled.forEach((value) => formData.append(name, value));
    }
  });
})();
