/** An IP address, also with a port behind it; names of hosts are none. */
export function ipOf(text: string | undefined): string | undefined {
  const bare = text
    ?.trim()
    .replace(/^\[([0-9a-f:.%\w]+)\](?::\d+)?$/i, '$1')
    .replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1');
  return bare && bare.length <= 64 && /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+(?:%\w+)?)$/i.test(bare)
    ? bare
    : undefined;
}
