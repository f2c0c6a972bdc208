/**
 * Follows the visible part of the window: a screen keyboard makes it smaller without the page's own
 * viewport noticing. The height goes into a custom property that the layout uses.
 */
export function followViewport(until: AbortSignal): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const update = () => {
    const root = document.documentElement;
    // Zoomed in by the reader: the layout keeps its size, and they pan.
    if (viewport.scale > 1.01) return;
    root.style.setProperty('--visible-height', `${viewport.height}px`);
    if (viewport.offsetTop > 0) window.scrollTo(0, 0);
  };
  viewport.addEventListener('resize', update, { signal: until });
  viewport.addEventListener('scroll', update, { signal: until });
  update();
}
