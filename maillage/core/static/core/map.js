/* The map of a list: numbered places on quiet paper, drawn only when someone opens it.
 *
 * Reads from its frame (components/map_frame.html): the points, the address of the communes' shapes, and the addresses
 * of the library, since static files are named by content. No tile, no glyph, no sprite is asked of anybody:
 * labels are HTML. Every place is a link to its line in the list, reached with the keyboard.
 */

const PAPER = "#FBF8F3";
const LAND = "#F1E9DB";
const LINE = "#CFC5B4";
const WORDS = {
  "NavigationControl.ZoomIn": "Agrandir",
  "NavigationControl.ZoomOut": "Réduire",
  "Marker.Title": "Lieu",
  "AttributionControl.ToggleAttribution": "Source de la carte",
  "CooperativeGesturesHandler.WindowsHelpText": "Ctrl et molette pour agrandir la carte",
  "CooperativeGesturesHandler.MacHelpText": "⌘ et molette pour agrandir la carte",
  "CooperativeGesturesHandler.MobileHelpText": "Deux doigts pour déplacer la carte",
};

/** Draw the map of this frame in place of its closed face. Throws when the device cannot. */
export async function open(frame) {
  const { mapLibrary, mapWorker, mapStyle, mapShapes, mapSource, map: pointsId } = frame.dataset;
  const points = JSON.parse(document.getElementById(pointsId).textContent);
  const [library] = await Promise.all([import(mapLibrary), addStyle(mapStyle)]);
  library.setWorkerUrl(new URL(mapWorker, document.baseURI).href);
  const canvas = frame.querySelector("[data-map-canvas]");
  const shapes = mapShapes ? await fetchShapes(mapShapes) : null;
  canvas.hidden = false;
  const map = new library.Map({
    container: canvas,
    style: paper(shapes),
    bounds: boundsOf(library, points, shapes),
    fitBoundsOptions: { padding: 56, maxZoom: 12.5 },
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    locale: { ...WORDS, "Map.Title": canvas.getAttribute("aria-label") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new library.AttributionControl({ compact: false, customAttribution: mapSource || "" }), "bottom-right");
  [...points].sort((a, b) => a.rank - b.rank).forEach((point) => place(library, map, point));
  if (shapes) nameCommunes(library, map, shapes);
  frame.querySelector(".map-closed").hidden = true;
  const legend = frame.querySelector("[data-map-legend]");
  if (legend) legend.hidden = false;
  canvas.querySelector("canvas")?.focus({ preventScroll: true });
  return map;
}

function addStyle(address) {
  return new Promise((resolve) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
    link.onload = link.onerror = resolve;
    document.head.prepend(link);
  });
}

async function fetchShapes(address) {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

function paper(shapes) {
  const layers = [{ id: "page", type: "background", paint: { "background-color": PAPER } }];
  if (!shapes) return { version: 8, sources: {}, layers };
  layers.push(
    { id: "land", type: "fill", source: "communes", paint: { "fill-color": LAND } },
    { id: "edges", type: "line", source: "communes", paint: { "line-color": LINE, "line-width": 1 } },
  );
  return { version: 8, sources: { communes: { type: "geojson", data: shapes } }, layers };
}

function boundsOf(library, points, shapes) {
  const bounds = new library.LngLatBounds();
  points.forEach(({ lon, lat }) => bounds.extend([lon, lat]));
  if (!points.length && shapes) shapes.features.forEach((feature) => ring(feature).forEach((at) => bounds.extend(at)));
  return bounds.isEmpty() ? [[-5, 41], [10, 51.5]] : bounds;
}

function place(library, map, { lat, lon, label, minutes, href, rank }) {
  const mark = document.createElement(rank ? "a" : "span");
  mark.className = rank ? "map-marker" : "map-origin";
  if (rank) {
    mark.href = href || `#resultat-${rank}`;
    mark.textContent = rank;
    mark.title = label;
    mark.setAttribute("aria-label", `${rank} : ${label}${minutes === null ? "" : `, ${minutes} minutes`}`);
  } else {
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", label);
  }
  mark.style.zIndex = rank ? 1000 - rank : 0;
  new library.Marker({ element: mark }).setLngLat([lon, lat]).addTo(map);
}

/** The outer ring of a commune, the longest when it has several. */
function ring({ geometry }) {
  const parts = geometry.type === "MultiPolygon" ? geometry.coordinates.map((part) => part[0]) : [geometry.coordinates[0]];
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), []);
}

/** Names of the communes in view, once few enough to be read. */
function nameCommunes(library, map, shapes) {
  const names = shapes.features.map((feature) => {
    const outline = ring(feature);
    const sum = outline.reduce(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0]);
    const element = Object.assign(document.createElement("span"), { className: "map-label" });
    element.textContent = feature.properties.name || feature.properties.nom || "";
    element.setAttribute("aria-hidden", "true");
    const marker = new library.Marker({ element }).setLngLat(sum.map((total) => total / outline.length));
    return { marker, isShown: false };
  });
  const refresh = () => {
    const inView = names.filter(({ marker }) => map.getBounds().contains(marker.getLngLat()));
    const shown = new Set(inView.length <= 24 ? inView : []);
    names.forEach((name) => {
      if (shown.has(name) === name.isShown) return;
      name.isShown = !name.isShown;
      if (name.isShown) name.marker.addTo(map); else name.marker.remove();
    });
  };
  map.on("moveend", refresh);
  map.once("idle", refresh);
}
