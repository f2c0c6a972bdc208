import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Chat } from '../model/chat';

export const ChatContext = createContext<Chat | null>(null);

/** The chat around a component. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('not inside a chat page');
  return chat;
}
