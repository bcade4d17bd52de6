import type { ClickHouseSettings } from '@clickhouse/client';

/**
 * What our SQL means must not hang on the profile of a user or server, where administrators set such things for other tools: joins that give NULL, IN that
 * holds NULL, another time zone of the session, an answer out of a cache, tuples with names or without, how queries were understood before 24.3 (`compatibility`). Of these some make every list an error. Worse are limits whose overflow is a break: a
 * list, or the history of an account, would end early and look whole. They stop the query here, which is told.
 */
export const sameMeaning: ClickHouseSettings = {
  allow_experimental_analyzer: 1,
  join_use_nulls: 0,
  transform_null_in: 0,
  group_by_use_nulls: 0,
  aggregate_functions_null_for_empty: 0,
  cast_keep_nullable: 0,
  data_type_default_nullable: 0,
  prefer_column_name_to_alias: 0,
  final: 0,
  session_timezone: '',
  use_query_cache: 0,
  output_format_json_quote_64bit_integers: 0,
  output_format_json_array_of_rows: 0,
  output_format_json_named_tuples_as_objects: 1,
  enable_named_columns_in_function_tuple: 0,
  limit: '0',
  offset: '0',
  read_overflow_mode: 'throw',
  read_overflow_mode_leaf: 'throw',
  result_overflow_mode: 'throw',
  timeout_overflow_mode: 'throw',
  group_by_overflow_mode: 'throw',
  sort_overflow_mode: 'throw',
  distinct_overflow_mode: 'throw',
  join_overflow_mode: 'throw',
  set_overflow_mode: 'throw',
  transfer_overflow_mode: 'throw',
};
