"use strict";
// Searching and filtering, which is all that the page needs a script for.
(() => {
  const form = document.getElementById("filters");
  const text = document.getElementById("filter-text");
  const count = document.getElementById("filter-count");
  const none = document.getElementById("filter-none");
  const choices = ["kind", "verdict", "scope"].map((name) => [name, document.getElementById("filter-" + name)]);
  const cards = Array.from(document.querySelectorAll("#cards > details"));
  // What a card says is read when it is first searched: most visits search nothing.
  const words = new WeakMap();
  const said = (card) => {
    if (!words.has(card)) words.set(card, card.textContent.toLowerCase());
    return words.get(card);
  };

  const apply = () => {
    const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of cards) {
      const fits =
        choices.every(([name, choice]) => !choice.value || card.dataset[name] === choice.value) &&
        wanted.every((word) => said(card).includes(word));
      card.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = shown === cards.length ? `${shown} learnings` : `${shown} of ${cards.length} learnings`;
    none.hidden = shown > 0;
  };

  const clear = () => {
    form.reset();
    apply();
  };

  // A link to a learning opens it, whatever the filters hide.
  const open = () => {
    const card = /^#learning-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (!card) return;
    if (card.hidden) clear();
    card.open = true;
    card.scrollIntoView();
    card.querySelector("summary").focus({ preventScroll: true });
  };

  let pending = 0;
  text.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(apply, 80);
  });
  choices.forEach(([, choice]) => choice.addEventListener("change", apply));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  document.getElementById("filter-clear").addEventListener("click", () => {
    clear();
    text.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      text.focus();
    } else if (event.key === "Escape" && event.target === text) {
      clear();
    }
  });
  window.addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {
    // Following the same link twice changes no address.
    const link = event.target instanceof Element && event.target.closest('a[href^="#learning-"]');
    if (link && link.hash === location.hash) open();
  });

  form.hidden = false;
  apply();
  open();
})();
