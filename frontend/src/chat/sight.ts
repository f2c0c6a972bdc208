/** Finds out whose presence must be told because they can be seen. */
import { useEffect } from 'preact/hooks';
import { useChat } from './context';

const told = new WeakMap<Element, (seen: boolean) => void>();

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) told.get(target)?.(isIntersecting);
});

/** While the element is in view, its user is on the screen; null for nobody. */
export function useSight(element: { readonly current: Element | null }, user: number | null): void {
  const { screen } = useChat();
  useEffect(() => {
    const target = element.current;
    if (!target || user === null) return;
    let seen = false;
    const turn = (now: boolean) => {
      if (now === seen) return;
      seen = now;
      if (now) screen.appeared(user);
      else screen.went(user);
    };
    told.set(target, turn);
    observer.observe(target);
    return () => {
      observer.unobserve(target);
      told.delete(target);
      turn(false);
    };
  }, [screen, user]);
}
