/*
 * The engine's grants know table functions, but some of them read their arguments before they ask: `sqlite` makes the file that it does not find. So each is
 * known here by its name, in small letters, and what is on neither list fails a test.
 */

/** What stays within the engine: its own tables, numbers, and what the statement itself holds. */
export const tablesWithin: ReadonlySet<string> = new Set([
  'dictionary', 'format', 'fuzzjson', 'fuzzquery', 'generateseries', 'generate_series', 'loop', 'merge', 'mergetreeanalyzeindexes',
  'mergetreeanalyzeindexesuuid', 'mergetreeindex', 'mergetreeprojection', 'mergetreetextindex', 'numbers', 'numbers_mt', 'primes', 'sqlstandardvalues',
  'timeseriesdata', 'timeseriesmetrics', 'timeseriessamples', 'timeseriesselector', 'timeseriestags', 'prometheusquery', 'prometheusqueryrange',
  'values', 'view', 'viewexplain', 'viewifpermitted', 'zeros', 'zeros_mt',
]); // prettier-ignore

/** What reaches files, machines or programs; `generateRandom`, `null` and `input` take columns from a text, in which an expression may stand, and `eval` a statement. */
export const tablesBeyond: ReadonlySet<string> = new Set([
  'arrowflight', 'arrowstream', 'azureblobstorage', 'azureblobstoragecluster', 'cluster', 'clusterallreplicas', 'cosn', 'deltalake', 'deltalakeazure',
  'deltalakeazurecluster', 'deltalakecluster', 'deltalakelocal', 'deltalakes3', 'deltalakes3cluster', 'eval', 'executable', 'file', 'filecluster',
  'filesystem', 'gcs', 'generaterandom', 'hdfs', 'hdfscluster', 'hudi', 'hudicluster', 'iceberg', 'icebergazure', 'icebergazurecluster',
  'icebergcluster', 'iceberghdfs', 'iceberghdfscluster', 'iceberglocal', 'iceberglocalcluster', 'icebergs3', 'icebergs3cluster', 'input', 'jdbc',
  'mongodb', 'mysql', 'null', 'odbc', 'oss', 'paimon', 'paimonazure', 'paimonazurecluster', 'paimoncluster', 'paimonhdfs', 'paimonhdfscluster',
  'paimonlocal', 'paimons3', 'paimons3cluster', 'postgresql', 'python', 'redis', 'remote', 'remotesecure', 's3', 's3cluster', 'sqlite', 'url', 'urlcluster',
  'ytsaurus',
]); // prettier-ignore
