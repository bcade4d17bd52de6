import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findUnpacked } from '../../scripts/debian-tool.mjs';
import { blocksOf, sourcesOf } from './page.js';
import { atPlace, following, type Place, type Running, type Sender } from './sender.js';

const rsyslog = findUnpacked(['rsyslog', 'rsyslog-openssl', 'rsyslog-elasticsearch', 'rsyslog-kafka'], 'usr/sbin/rsyslogd');
const syslogNg = findUnpacked(
  ['syslog-ng-core', 'syslog-ng-mod-http', 'syslog-ng-mod-rdkafka', 'syslog-ng-scl'],
  'usr/sbin/syslog-ng',
);
const kcat = findUnpacked(['kcat'], 'usr/bin/kcat');

async function startRsyslog(heading: string, place: Place, edit: (text: string) => string = (text) => text): Promise<Running> {
  const { folder, token } = place;
  const config = join(folder, 'rsyslog.conf');
  const modules = execFileSync('find', [rsyslog.home ?? '', '-name', 'imfile.so'])
    .toString()
    .trim();
  mkdirSync(folder, { recursive: true });
  // What rsyslog says of itself goes to its default ruleset.
  const own = `global(processInternalMessages="on")\naction(type="omfile" file="${join(folder, 'said.log')}")\n`;
  writeFileSync(config, edit(atPlace([...blocksOf('rsyslog', ''), ...blocksOf('rsyslog', heading), own].join('\n'), place)));
  const args = ['-n', '-f', config, '-i', join(folder, 'rsyslog.pid'), '-M', join(modules, '..')];
  return following(folder, rsyslog.path ?? '', args, { ...rsyslog.env, VIGIE_TOKEN: token });
}

async function startSyslogNg(heading: string, place: Place): Promise<Running> {
  const { folder, token } = place;
  const home = syslogNg.home ?? '';
  const config = join(folder, 'syslog-ng.conf');
  mkdirSync(folder, { recursive: true });
  const text = atPlace([...blocksOf('syslog-ng', ''), ...blocksOf('syslog-ng', heading)].join('\n'), place);
  writeFileSync(config, text.replace('"scl.conf"', `"${join(home, 'etc/syslog-ng/scl.conf')}"`));
  const files = ['persist', 'pid', 'control'].map((name) => join(folder, name));
  const args = [
    '--foreground', '--no-caps', '--stderr', `--cfgfile=${config}`, `--persist-file=${files[0]}`, `--pidfile=${files[1]}`, `--control=${files[2]}`,
    `--module-path=${join(home, 'usr/lib/syslog-ng/3.38')}`,
  ]; // prettier-ignore
  // Where it looks for what the package has beside the program.
  const env = { ...syslogNg.env, VIGIE_TOKEN: token, SYSLOGNG_PREFIX: join(home, 'usr') };
  return following(folder, syslogNg.path ?? '', args, env);
}

/** kcat writes each line of what it is given as one record, and ends. */
async function startKcat({ broker }: Place): Promise<Running> {
  return {
    send: async (lines) => {
      const options =
        blocksOf('kafka', 'kcat')[0]
          ?.split('kcat ')[1]
          ?.replaceAll('kafka.example:9092', broker ?? '')
          .trim()
          .split(/\s+/) ?? [];
      execFileSync(kcat.path ?? '', options, { input: lines.map((line) => `${line}\n`).join(''), env: kcat.env });
    },
    stop: async () => {},
  };
}

const roads = { TCP: 'socket', TLS: 'socket', GELF: 'socket', UDP: 'datagram', omkafka: 'topic', Kafka: 'topic' } as const;

function ofPage(page: string, heading: string, reason: string | undefined, start: Sender['start']): Sender {
  const road = Object.entries(roads).find(([name]) => name === heading)?.[1] ?? 'http';
  return {
    title: `${page}: ${heading}`,
    reason,
    road,
    ...(road !== 'http' && { sources: sourcesOf(page, heading) }),
    givesUp: heading === 'omelasticsearch',
    start,
  };
}

/** Senders of Debian's packages, a configuration of their page each. */
export const debianSenders: readonly Sender[] = [
  ...['TCP', 'TLS', 'UDP', 'omelasticsearch', 'omkafka'].map((heading) =>
    ofPage('rsyslog', heading, rsyslog.reason, (place) => startRsyslog(heading, place)),
  ),
  {
    ...ofPage('rsyslog', 'TCP', rsyslog.reason, (place) =>
      startRsyslog('TCP', place, (text) => text.replace('TCP_Framing="octet-counted" ', '')),
    ),
    title: 'rsyslog: TCP, line ends',
  },
  ...['TLS', 'Splunk HEC', 'Elasticsearch', 'GELF', 'Kafka'].map((heading) =>
    ofPage('syslog-ng', heading, syslogNg.reason, (place) => startSyslogNg(heading, place)),
  ),
  { title: 'kcat', reason: kcat.reason, road: 'topic', sources: sourcesOf('kafka', 'kcat'), start: startKcat },
];
