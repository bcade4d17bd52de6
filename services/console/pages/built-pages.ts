// pages/: what browsers load: the built files of web/, under headers that let nothing else in.
// No figure is in them; everything that they show is asked for.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { projectRoot } from '#libs/runtime/paths.js';

/** Where `scripts/build.mjs` puts the pages. */
export const builtPages: string = join(projectRoot, 'dist', 'web');

/** Whether they have been built; a service that was compiled alone answers without them. */
export function hasPages(): boolean {
  return existsSync(join(builtPages, 'index.html'));
}

/** Whether a built file is there, by its path below the pages. */
export function hasFile(file: string): boolean {
  return existsSync(join(builtPages, file));
}

/** Paths of pages: the first words of `web/src/routes.ts`, which a test compares. */
export const pagePaths = [
  '',
  'login',
  'me',
  'cases',
  'accounts',
  'feeds',
  'books',
  'rules',
  'runbooks',
  'backtests',
  'mutes',
  'exceptions',
  'leaks',
  'oncall',
  'audit',
  'print',
] as const;

/** Nothing is loaded from elsewhere, nothing that stands in a text becomes a script, and no other page has this one in a frame. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Before the application listens. */
export function installPages(fastify: FastifyInstance): void {
  if (hasPages())
    void fastify.register(fastifyStatic, { root: builtPages, serve: false, preCompressed: true, cacheControl: false });
}

/** Names of built files hold a digest of what is in them, so that they never change; the page that names them is asked for each time. */
export function sendPage(reply: FastifyReply, file: string, isNamedByDigest: boolean): void {
  const kept = isNamedByDigest ? 'public, max-age=31536000, immutable' : 'no-cache';
  void reply.headers({ ...pageHeaders, 'cache-control': kept }).sendFile(file);
}

/** The page with a word for why somebody is not let in, which it says in their language. The word is one of ours. */
export function sendRefusal(reply: FastifyReply, word: string): void {
  const page = readFileSync(join(builtPages, 'index.html'), 'utf8').replace(
    '<div id="root">',
    `<div id="root" data-refused="${word}">`,
  );
  void reply.headers({ ...pageHeaders, 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' }).send(page);
}
