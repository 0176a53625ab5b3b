import type { ColumnType } from 'kysely'

/** A short text in each language, as `words` of protocol/api/endpoint.ts. */
export interface Words {
  fi: string
  sv: string
  en: string
}

/** Money columns: `bigint` on both engines. */
export type Cents = ColumnType<bigint, bigint, bigint>
/** Counters that start at zero in the database. */
export type CentsFromZero = ColumnType<bigint, bigint | undefined, bigint>
/** `bytea`: read as a Buffer on both engines; any bytes may be written. */
export type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>
export type BytesOrNull = ColumnType<Buffer | null, Uint8Array | null | undefined, Uint8Array | null>
/** `date` as `2026-11-30`: a day has no zone, so it is never a Date. */
export type Day = ColumnType<string, string, string>
/** Filled by the database's own clock when it is left out. */
export type DatabaseTime = ColumnType<Date, Date | undefined, Date>
