import { useChat } from './context';
import { DecisionList } from './parts';

/** What others decided about me stands above the timeline until I have read it. */
export function DecisionNotes() {
  const { decisions } = useChat();
  return <div role="alert">{decisions.waiting.value.length > 0 && <DecisionList />}</div>;
}
