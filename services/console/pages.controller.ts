import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { refused } from './answer/answer.js';
import { hasFile, hasPages, pagePaths, sendPage } from './pages/built-pages.js';

const nameShape = /^[\w-]+(?:\.[\w-]+)*$/;
const noFile = refused(404, 'no_file', 'this version of the pages has no such file: load the page again');
const missing = refused(404, 'no_pages', 'the pages are not built here: node scripts/build.mjs does');

/** The pages of `web/`. Which of them is meant, the browser finds out by its path. */
@Controller()
export class PagesController {
  @Get('assets/:name')
  asset(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const file = `assets/${name}`;
    if (nameShape.test(name) && hasFile(file)) return give(reply, file, true);
    // Of another version, as another console of the same address has it while they are replaced: nobody may remember that it is not there.
    void reply.status(noFile.status).header('cache-control', 'no-store').send(noFile.body);
  }

  @Get('icon.svg')
  icon(@Res() reply: FastifyReply): void {
    give(reply, 'icon.svg', false);
  }

  @Get(pagePaths.flatMap((path) => (path === '' ? [''] : [path, `${path}/*`])))
  page(@Res() reply: FastifyReply): void {
    give(reply, 'index.html', false);
  }
}

function give(reply: FastifyReply, file: string, isNamedByDigest: boolean): void {
  if (hasPages()) return sendPage(reply, file, isNamedByDigest);
  void reply.status(missing.status).send(missing.body);
}
