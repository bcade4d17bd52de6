import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { detectionDoors, detectionFloors } from './rooms.mjs';

const page = (path: string): string => readFileSync(`${projectRoot}/${path}`, 'utf8');
const there = (path: string): boolean => existsSync(`${projectRoot}/${path}`);
const folders = (path: string): readonly string[] =>
  readdirSync(`${projectRoot}/${path}`, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
/** What stands between backquotes. */
const named = (text: string): readonly string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name);

describe('the drawing of docs/architecture.md', () => {
  const [, drawing = ''] = page('docs/architecture.md').split('```');
  const tops = [...drawing.matchAll(/(?:libs|services)\/[a-z-]+/g)].map(([top]) => top);
  const rooms = [...drawing.matchAll(/(?<![a-z/-])([a-z-]+)\/(?![a-z])/g)].map(([, room = '']) => room);

  it('names folders that are there', () => {
    expect(tops.length).toBeGreaterThan(7);
    expect(tops.filter((top) => !there(top))).toEqual([]);
    expect(rooms.filter((room) => !tops.some((top) => there(`${top}/${room}`)))).toEqual([]);
  });

  it('names every room of every service', () => {
    const services = folders('services');
    expect(services.filter((service) => !tops.includes(`services/${service}`))).toEqual([]);
    expect(services.flatMap((service) => folders(`services/${service}`)).filter((room) => !rooms.includes(room))).toEqual([]);
  });
});

describe('libs/detection/README.md', () => {
  const text = page('libs/detection/README.md');

  it('has the floors and the doors that are enforced', () => {
    const rows = [...text.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, floor, cell = '']) => ({ floor, rooms: named(cell) }));
    const floors = detectionFloors.map((rooms, index) => ({
      floor: String(index + 1),
      rooms: rooms.map((room) => (room === '.' ? 'engine.ts' : `${room}/`)),
    }));
    expect(rows.toReversed()).toEqual(floors);
    for (const door of detectionDoors) expect(named(text)).toContain(door);
  });

  it('names files that are there', () => {
    const files = named(text).filter((name) => /^[\w/-]+(\.ts|\/)$/.test(name));
    expect(files.length).toBeGreaterThan(40);
    expect(files.filter((file) => !there(`libs/detection/${file}`) && !there(file))).toEqual([]);
  });

  it('explains seventeen words, with shape, unit and place', () => {
    const [, table = ''] = text.split('## Seventeen words');
    const words = [...table.matchAll(/^\| ([a-z]+) +\| (.+?) +\| (.+?) +\| `(.+?)` +\|$/gm)].map(([, word]) => word);
    expect(words.filter((word) => word !== 'word')).toHaveLength(17);
  });
});

it.each(['CONTRIBUTING.md', 'docs/architecture.md', 'docs/simulation.md', 'docs/operations.md'])(
  '%s names paths that are there',
  (path) => {
    const paths = named(page(path)).filter((name) =>
      /^(libs|services|cli|scripts|tests|docs|deploy|bench)\/[\w/.-]+$/.test(name),
    );
    expect(paths.filter((one) => !there(one))).toEqual([]);
  },
);
