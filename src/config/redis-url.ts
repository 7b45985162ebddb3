/** Parses REDIS_URL: one server, a cluster, or sentinels that know the master. */

export type RedisTarget = ReturnType<typeof readRedisUrl>;

const SHAPE = /^(rediss?)(-cluster|-sentinel)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(\/[^?#]*)?(?:\?([^#]*))?$/;
const DEFAULT_PORT = { cluster: 6379, sentinel: 26379 } as const;

const FORMS = 'redis://host:port, redis-cluster://host:port,… or redis-sentinel://host:port,…/master';

/** `redis://`, `redis-cluster://h1:p,h2:p`, `redis-sentinel://h1:p/<master>[/<db>]`, or `rediss`. @throws RangeError */
export function readRedisUrl(text: string) {
  const [, protocol, topology, credentials, hosts = '', path = '', query = ''] = SHAPE.exec(text) ?? [];
  if (protocol === undefined) throw new RangeError(`must be ${FORMS}`);
  if (topology === undefined) return single(text, path);
  const access = { ...readCredentials(credentials), tls: protocol === 'rediss' };
  if (topology === '-cluster') {
    if (query !== '') throw new RangeError('nothing may follow a question mark');
    if (path !== '' && path !== '/')
      throw new RangeError('a cluster has no database numbers: nothing may follow its hosts');
    return { kind: 'cluster' as const, nodes: readNodes(hosts, DEFAULT_PORT.cluster), ...access };
  }
  // The sentinels' own password, if any; user name and password before the hosts are the master's.
  const sentinelPassword = readSentinelPassword(query);
  const nodes = readNodes(hosts, DEFAULT_PORT.sentinel);
  return { kind: 'sentinel' as const, nodes, ...readMaster(path), sentinelPassword, ...access };
}

function single(text: string, path: string) {
  const url = URL.parse(text);
  if (!url?.hostname)
    throw new RangeError('redis:// names one server; several are redis-cluster:// or redis-sentinel://');
  if (!/^\/?\d*$/.test(path)) throw new RangeError('after the server, only a database number may follow, such as /0');
  return { kind: 'single' as const, url: text };
}

function readNodes(hosts: string, defaultPort: number) {
  return hosts.split(',').map((part, index) => {
    const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(part.trim()) ?? [];
    const number = port === undefined ? defaultPort : Number(port);
    if (host === undefined || number < 1 || number > 65_535)
      throw new RangeError(`host ${index + 1} must be host:port`);
    return { host: host.replace(/^\[|\]$/g, ''), port: number };
  });
}

function readMaster(path: string) {
  const [masterName = '', database = '0', ...rest] = path.slice(1).split('/');
  if (masterName === '')
    throw new RangeError('the name of the master is missing: redis-sentinel://host:port,…/<master-name>');
  if (!/^\d{1,3}$/.test(database) || rest.length > 0)
    throw new RangeError('after the name of the master, only a database number may follow, such as /0');
  return { masterName: decoded(masterName), database: Number(database) };
}

function readSentinelPassword(query: string): string | undefined {
  const { sentinelPassword, ...others } = Object.fromEntries(new URLSearchParams(query));
  if (Object.keys(others).length > 0) throw new RangeError('only sentinelPassword may follow the question mark');
  return sentinelPassword === '' ? undefined : sentinelPassword;
}

function readCredentials(text = '') {
  const [username, ...password] = text.split(':').map(decoded);
  if (password.length > 1) throw new RangeError('a colon in user name or password must be written as %3A');
  return { username: username || undefined, password: password[0] || undefined };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RangeError('a percent sign in user name, password or master name must be written as %25');
  }
}
