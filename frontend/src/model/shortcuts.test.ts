import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allShortcuts,
  isPressed,
  isShortcut,
  keysOf,
  onShortcut,
  type Pressed,
  partsOf,
  press,
} from './shortcuts';

const pressed = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test('Mod is Ctrl, and on a Mac the command key', () => {
  assert.equal(isPressed('Mod+k', pressed('k', { ctrlKey: true }), false), true);
  assert.equal(isPressed('Mod+k', pressed('k', { metaKey: true }), false), false);
  assert.equal(isPressed('Mod+k', pressed('k', { metaKey: true }), true), true);
  assert.equal(isPressed('Mod+k', pressed('k', { ctrlKey: true }), true), false);
});

test('a letter counts by its place where the keyboard has another script', () => {
  assert.equal(isPressed('Mod+k', pressed('л', { code: 'KeyK', ctrlKey: true }), false), true);
});

test('a letter of another place counts where it stands', () => {
  // On a French keyboard A is where others have Q.
  const key = pressed('A', { code: 'KeyQ', ctrlKey: true, shiftKey: true });
  assert.equal(isPressed('Mod+Shift+a', key, false), true);
  assert.equal(isPressed('Mod+Shift+q', key, false), false);
});

test('Shift tells letters and arrows apart, and belongs to a sign', () => {
  assert.equal(isPressed('Alt+ArrowUp', pressed('ArrowUp', { altKey: true, shiftKey: true })), false);
  assert.equal(isPressed('Alt+Shift+ArrowUp', pressed('ArrowUp', { altKey: true, shiftKey: true })), true);
  assert.equal(isPressed('?', pressed('?', { shiftKey: true })), true);
  assert.equal(isPressed('Mod+/', pressed('/', { ctrlKey: true, shiftKey: true }), false), true);
});

test('a plus joins keys, and is one itself', () => {
  assert.deepEqual(['+', 'Mod+Shift+a', 'Mod++'].map(partsOf), [['+'], ['Mod', 'Shift', 'a'], ['Mod', '+']]);
  assert.equal(isPressed('+', pressed('+', { shiftKey: true })), true);
});

test('no keys stand for two shortcuts in the same place', () => {
  for (const apple of [false, true]) {
    const taken = allShortcuts.flatMap((one) => keysOf(one, apple).map((keys) => `${one.where} ${keys}`));
    assert.deepEqual([...new Set(taken)], taken);
  }
});

test('of several takers the highest rank is asked first, then the newest, until one takes it', () => {
  const asked: string[] = [];
  const taker = (name: string, takes: boolean) => () => {
    asked.push(name);
    return takes;
  };
  const stops = [
    onShortcut('back', taker('panel', false), 10),
    onShortcut('back', taker('room', true)),
    onShortcut('back', taker('newer', false)),
  ];
  assert.equal(press(pressed('Escape'), true), true);
  assert.deepEqual(asked, ['panel', 'newer', 'room']);
  for (const stop of stops) stop();
  assert.equal(press(pressed('Escape'), true), false);
});

test('a plain sign is a shortcut only while nothing is written', () => {
  let shown = 0;
  const stop = onShortcut('help-reading', () => void shown++);
  assert.equal(press(pressed('?', { shiftKey: true }), true), false);
  assert.equal(press(pressed('?', { shiftKey: true }), false), true);
  assert.equal(shown, 1);
  stop();
});

test('there is a way to the menus without F10 and without a menu key', () => {
  assert.equal(isShortcut('room-menu', pressed('Enter', { altKey: true })), true);
  assert.equal(isShortcut('room-menu', pressed('Enter')), false);
  assert.equal(isShortcut('message-menu', pressed('Enter')), true);
});
