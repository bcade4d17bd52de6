import type { ReactNode } from 'react';

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: string;
  readonly hint?: string;
  readonly long?: boolean;
  readonly optional?: boolean;
  readonly value?: string;
  readonly list?: string;
  readonly min?: number;
}

/** The last of the years of four digits. Browsers let a fifth be typed otherwise, and what comes of it is no time that anything here can read. */
const last: Readonly<Record<string, string>> = { date: '9999-12-31', 'datetime-local': '9999-12-31T23:59' };

/** A field with its label, and a hint that is read with it. */
export function Field({
  name,
  label,
  type = 'text',
  hint,
  long = false,
  optional = false,
  value,
  list,
  min,
}: FieldProps): ReactNode {
  const common = {
    id: `f-${name}`,
    name,
    required: !optional,
    defaultValue: value,
    ...(hint && { 'aria-describedby': `f-${name}-hint` }),
  };
  return (
    <p className="field">
      <label htmlFor={common.id}>{label}</label>
      {long ? (
        <textarea {...common} rows={4} maxLength={2_000} />
      ) : (
        <input {...common} type={type} maxLength={200} list={list} min={min} max={last[type]} />
      )}
      {hint && (
        <span id={`${common.id}-hint`} className="hint">
          {hint}
        </span>
      )}
    </p>
  );
}

/** A choice of few. */
export function Choice({
  name,
  label,
  options,
  isOptional = false,
}: {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [string, string])[];
  readonly isOptional?: boolean;
}) {
  return (
    <p className="field">
      <label htmlFor={`f-${name}`}>{label}</label>
      <select id={`f-${name}`} name={name} required={!isOptional}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </p>
  );
}
