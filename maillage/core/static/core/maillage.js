/* What a page does better with a script. Every page works without it.
 *
 *   1. Here I am: geolocation      3. Print        5. Search with the key /
 *   2. Copy a number               4. Open a map   6. Filters open on a desk, forms sent once   7. Menus close
 */
"use strict";
(() => {
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

  /* 1. Here I am. <form data-locate-form> with hidden latitude and longitude, a place field, a button, a status. */
  all("[data-locate]", (button) => {
    const form = button.closest("form");
    const [latitude, longitude, place] = ["latitude", "longitude", "place"].map((name) => form.elements[name]);
    const status = form.querySelector("[data-locate-status]");
    if (!("geolocation" in navigator) || !latitude || !longitude) return;
    const say = (sentence) => { if (status) status.textContent = sentence; };
    const found = ({ coords }) => {
      latitude.value = coords.latitude.toFixed(3);
      longitude.value = coords.longitude.toFixed(3);
      if (place) { place.value = ""; place.required = false; place.placeholder = "Votre position actuelle"; }
      button.removeAttribute("aria-busy");
      say("Position trouvée, à une centaine de mètres près. Elle sert à cette recherche, puis elle est oubliée.");
    };
    const lost = () => {
      button.removeAttribute("aria-busy");
      say("Votre téléphone n'a pas donné sa position. Écrivez plutôt une commune ou une adresse.");
      if (place) place.focus();
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      button.setAttribute("aria-busy", "true");
      say("Recherche de votre position…");
      navigator.geolocation.getCurrentPosition(found, lost, { timeout: 10000, maximumAge: 60000 });
    });
    if (place) place.addEventListener("input", () => { latitude.value = longitude.value = ""; say(""); });
  });

  /* 2. Copy a number. */
  if (navigator.clipboard) {
    all("[data-copy]", (button) => {
      const label = button.querySelector("[data-copy-label]") || button;
      const before = label.innerHTML;
      button.hidden = false;
      label.setAttribute("aria-live", "polite");
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        label.textContent = "Numéro copié";
        setTimeout(() => { label.innerHTML = before; }, 4000);
      });
    });
  }

  /* 3. Print. */
  all("[data-print]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  /* 4. Open a map: 450 kB that nobody pays for without asking. */
  all("[data-map]", (frame) => {
    const button = frame.querySelector("[data-map-open]");
    const status = frame.querySelector("[data-map-status]");
    frame.hidden = button.hidden = false;
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      status.textContent = "La carte arrive…";
      try {
        const { open } = await import(frame.dataset.mapModule);
        await open(frame);
      } catch {
        button.removeAttribute("aria-busy");
        status.textContent = "La carte ne s'ouvre pas sur cet appareil. La liste dit tout ce qu'elle montre.";
      }
    });
  });

  /* 5. The key / goes to the search field, unless one is writing. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });

  /* 6. Filters are open where there is room; a form is sent once; the summary of errors is read first. */
  const desk = window.matchMedia("(min-width: 60rem)");
  const unfold = () => all("[data-filters]", (filters) => { filters.open = desk.matches; });
  desk.addEventListener("change", unfold);
  unfold();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (event.submitter && event.submitter.formTarget === "_blank") return; /* This page stays, and may be sent again. */
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 8000);
      if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    }
  });
  /* 7. A menu closes when one leaves it, or with Escape, which gives the focus back. */
  all("details[data-menu]", (menu) => {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
  window.addEventListener("pageshow", () => {
    all("form[data-sent]", (form) => { delete form.dataset.sent; });
    all("[aria-busy]", (button) => button.removeAttribute("aria-busy"));
  });
  const errors = document.querySelector("[data-error-summary]");
  if (errors && !errors.closest(".specimen")) errors.focus();
})();
