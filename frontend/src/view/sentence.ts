import { Problem, Unreachable } from '../api/http';
import { refusal } from '../model/refusal';
import { texts } from '../texts';

/** A sentence for people about what went wrong. */
export function sentence(error: unknown): string {
  if (error instanceof Unreachable) return texts.errors.unreachable;
  if (error instanceof Problem && error.message !== '') return refusal(error);
  return texts.errors.unexpected;
}
