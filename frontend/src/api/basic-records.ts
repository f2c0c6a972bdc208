/** The records that other records are made of. */
import { record, text, whole } from './parse';

export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

export interface Author {
  readonly id: number;
  readonly username: string;
  readonly display_name: string;
}

export const position = record<Position>({ epoch: whole, seq: whole });
export const author = record<Author>({ id: whole, username: text, display_name: text });
