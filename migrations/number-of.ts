import type { MigrationInterface } from 'typeorm';

/** The number at the end of the name of a migration, which orders the migrations. */
export const numberOf = ({ name }: MigrationInterface): number => Number(/\d{13}$/.exec(name ?? '')?.[0]);
