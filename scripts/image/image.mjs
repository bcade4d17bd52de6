/**
 * `npm run image [-- --target services|all-in-one --tag vigie:0.1.0 --build-base IMAGE --run-base IMAGE --debian]` builds an image of Vigie with
 * docker, podman or buildah, whichever is there. `--debian` makes both bases from Debian's packages (see bases.mjs), where no registry of images is reached.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../prepare.mjs';
import { debianBases } from './bases.mjs';
import { builder, run } from './builder.mjs';
import { pinnedImages, pinnedReference } from './digests.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'services' },
    tag: { type: 'string' },
    'build-base': { type: 'string' },
    'run-base': { type: 'string' },
    debian: { type: 'boolean', default: false },
  },
});
if (!['services', 'all-in-one'].includes(values.target)) {
  console.error(`vigie: --target ${values.target}: it must be services or all-in-one`);
  process.exit(2);
}
const tag = values.tag ?? (values.target === 'services' ? `vigie:${version}` : `vigie-all-in-one:${version}`);
const made = values.debian ? debianBases() : {};
const images = pinnedImages();
const bases = {
  BUILD_BASE: values['build-base'] ?? made.build ?? pinnedReference(images, 'build'),
  RUN_BASE: values['run-base'] ?? made.run ?? pinnedReference(images, 'run'),
};
for (const base of Object.values(bases))
  if (!values.debian && !base.includes('@sha256:'))
    console.log(`vigie: ${base} is not named by digest: npm run image:digests -- --pin`);
const words = [
  ...Object.entries(bases).flatMap(([name, image]) => (image ? ['--build-arg', `${name}=${image}`] : [])),
  '--target',
  values.target,
  '--tag',
  tag,
];
const program = builder();
// Docker keeps layers by itself; the others are asked to, so that what has not changed is not built again.
if (program === 'docker') run('docker', ['build', ...words, root]);
else run(program, ['build', '--layers', '--isolation', 'chroot', '--format', 'docker', ...words, root]);
console.log(`vigie: built ${tag}`);
