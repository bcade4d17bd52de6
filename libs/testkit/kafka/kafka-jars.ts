import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#libs/runtime/paths.js';

const run = promisify(execFile);
const mavenMsMax = 300_000;
const javaMajorMin = 17;

/** Of this machine: each test file asks twice, and a JVM that says it takes a tenth of a second of a processor. */
let javaMajor: Promise<string | undefined> | undefined;

/** Says why no Kafka can be started here; undefined when one can. */
export async function whyNoKafka(): Promise<string | undefined> {
  const java = await (javaMajor ??= versionOf('java', ['-version'], /version "(\d+)/));
  if (java === undefined) return 'Java is missing (17 or newer is needed: apt-get install openjdk-17-jre-headless)';
  if (Number(java) < javaMajorMin) return `Java ${java} is too old: ${javaMajorMin} or newer is needed`;
  if (existsSync(await markOf())) return undefined;
  const maven = await versionOf('mvn', ['-version'], /Apache Maven (\S+)/);
  return maven === undefined ? 'Maven is missing (apt-get install maven); it fetches Kafka once' : undefined;
}

/** The class path of Kafka. Fetched once by Maven into `.cache/kafka`, again when the pom changes. */
export async function kafkaClassPath(onFetch: () => void = () => {}): Promise<string> {
  const reason = await whyNoKafka();
  if (reason) throw new Error(`Kafka cannot be started here: ${reason}`);
  const mark = await markOf();
  const directory = join(projectRoot, '.cache', 'kafka');
  if (!existsSync(mark)) {
    onFetch();
    await fetchJars(directory, mark);
  }
  return join(directory, 'jars', '*');
}

/** Fetched into a folder of this process and moved into place, so that two that start together do not mix. */
async function fetchJars(directory: string, mark: string): Promise<void> {
  const own = join(directory, `fetch-${process.pid}`);
  await mkdir(own, { recursive: true });
  await copyFile(join(projectRoot, 'deploy', 'kafka', 'pom.xml'), join(own, 'pom.xml'));
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  const args = ['-q', '-B', '-f', join(own, 'pom.xml'), goal, `-DoutputDirectory=${join(own, 'jars')}`];
  try {
    await run('mvn', args, { timeout: mavenMsMax });
  } catch (cause) {
    throw new Error(`Maven could not fetch Kafka: ${detailOf(cause)}. Look at the network or the mirror in ~/.m2/settings.xml.`, {
      cause,
    });
  }
  await rm(join(directory, 'jars'), { recursive: true, force: true });
  await rename(join(own, 'jars'), join(directory, 'jars'));
  await writeFile(mark, '');
  await rm(own, { recursive: true });
}

async function markOf(): Promise<string> {
  const pom = await readFile(join(projectRoot, 'deploy', 'kafka', 'pom.xml'));
  return join(projectRoot, '.cache', 'kafka', `complete-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`);
}

async function versionOf(command: string, args: readonly string[], pattern: RegExp): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, [...args]);
    return pattern.exec(stdout + stderr)?.[1];
  } catch {
    return undefined;
  }
}

function detailOf(cause: unknown): string {
  const output = typeof cause === 'object' && cause !== null && 'stdout' in cause ? String(cause.stdout) : '';
  return output.split('\n').find((line) => line.includes('ERROR')) ?? String(cause);
}
