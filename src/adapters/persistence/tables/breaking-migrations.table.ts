import { EntitySchema } from 'typeorm';
import { bigint, primary, text } from './column-types';

/** A migration that older code is not compatible with (ADR 010). */
export interface BreakingMigrationRow {
  /** A decimal 64-bit integer. */
  readonly number: string;
  readonly name: string;
}

export const breakingMigrations = new EntitySchema<BreakingMigrationRow>({
  name: 'breaking_migrations',
  columns: {
    number: primary(bigint('Number of the migration, from its name')),
    name: text('Name of the migration'),
  },
});
