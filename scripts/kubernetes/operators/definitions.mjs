/**
 * What the operators of Prometheus, KEDA, Strimzi and ClickHouse take, as their own CustomResourceDefinitions: `node scripts/kubernetes/operators/definitions.mjs`
 * gets them by the packages in which they are published, and builds what reads objects by them (main.go). ClickHouse's operator is in no package:
 * `--clickhouse FILE` takes the definition of ClickHouseInstallation from a checkout of it.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const own = dirname(fileURLToPath(import.meta.url));
const cache = join(root, '.cache', 'kubernetes-operators');

/** Of k8s.io: its 0.34 is the code by which the server of Kubernetes 1.34 reads what operators define. */
const server = '0.34.0';
/** Modules hold the definitions as files. Strimzi's are made by its own generator of its own classes. */
const inModules = {
  prometheus: {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    files: ['servicemonitors', 'prometheusrules'].map(
      (name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`,
    ),
  },
  keda: { module: 'github.com/kedacore/keda/v2@v2.21.0', files: ['config/crd/bases/keda.sh_scaledobjects.yaml'] },
};
const strimzi = {
  pom: join(own, 'strimzi-pom.xml'),
  classes: { kafka: 'kafka.Kafka', nodepool: 'nodepool.KafkaNodePool', user: 'user.KafkaUser' },
};

/** The operators whose definitions are looked for. */
export const operators = ['prometheus', 'keda', 'strimzi', 'clickhouse'];

/** The program that reads objects by definitions; undefined where it is not built. */
export function reader() {
  const program = join(cache, 'reader', 'read');
  return existsSync(program) ? program : undefined;
}

/** Files of an operator's definitions; none where they were not got. */
export function definitionsHere(operator) {
  const folder = join(cache, operator);
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** Fills a folder of the cache as a whole: a half of it would look like all. */
function whole(name, fill) {
  const place = join(cache, name);
  if (existsSync(place)) return;
  const work = `${place}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    fill(work);
    renameSync(work, place);
  } catch (cause) {
    console.error(`vigie: ${name} cannot be had: ${String(cause.message).split('\n')[0]}`);
    process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const stdio = ['ignore', 'ignore', 'inherit'];

function fromModule({ module, files }, folder) {
  const modules = join(folder, 'go.mod');
  writeFileSync(modules, 'module vigie.example/definitions\n');
  const said = execFileSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' });
  rmSync(modules);
  for (const file of files) copyFileSync(join(JSON.parse(said).Dir, file), join(folder, file.split('/').at(-1)));
}

function fromStrimzi(folder) {
  const path = join(folder, 'classpath');
  execFileSync('mvn', ['-q', '-B', '-f', strimzi.pom, 'dependency:build-classpath', `-Dmdep.outputFile=${path}`], { stdio });
  const wanted = Object.entries(strimzi.classes).map(
    ([name, type]) => `io.strimzi.api.kafka.model.${type}=${join(folder, `${name}.yaml`)}`,
  );
  execFileSync('java', [`@${javaOptions(path)}`, 'io.strimzi.crdgenerator.CrdGenerator', '--yaml', ...wanted], { stdio });
  rmSync(path);
  rmSync(`${path}.options`);
}

/** A class path is longer than some systems take as a word. */
function javaOptions(path) {
  const options = `${path}.options`;
  writeFileSync(options, `-cp "${readFileSync(path, 'utf8').trim()}"\n`);
  return options;
}

function buildReader(folder) {
  copyFileSync(join(own, 'main.go'), join(folder, 'main.go'));
  const needs = ['apiextensions-apiserver', 'apimachinery', 'apiserver'].map((name) => `\tk8s.io/${name} v${server}\n`).join('');
  writeFileSync(
    join(folder, 'go.mod'),
    `module vigie.example/operators\n\ngo 1.24\n\nrequire (\n${needs}\tsigs.k8s.io/yaml v1.5.0\n)\n`,
  );
  for (const words of [
    ['mod', 'tidy'],
    ['build', '-o', 'read', '.'],
  ])
    execFileSync('go', words, { cwd: folder, stdio });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { clickhouse: { type: 'string' } } });
  for (const [name, from] of Object.entries(inModules)) whole(name, (folder) => fromModule(from, folder));
  whole('strimzi', fromStrimzi);
  if (values.clickhouse !== undefined)
    whole('clickhouse', (folder) => copyFileSync(values.clickhouse, join(folder, 'clickhouseinstallations.yaml')));
  whole('reader', buildReader);
  for (const name of operators) console.log(`${name}: ${definitionsHere(name).length} definitions`);
}
