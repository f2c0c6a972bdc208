/** Commands begin with a slash at the very start of a message. */

export interface Command {
  readonly name: string;
  /** What stands behind the name. */
  readonly rest: string;
}

/** The command that a message is; null for a message. Two slashes at its start stand for one. */
export function commandIn(body: string): Command | null {
  const [, name, rest = ''] = /^\/([a-z]+)(?:\s+([\s\S]*))?$/i.exec(body) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), rest: rest.trim() };
}

/** The message without the slash that says that it is no command. */
export function unslashed(body: string): string {
  return /^\/\/[a-z]/i.test(body) ? body.slice(1) : body;
}
