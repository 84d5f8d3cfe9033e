import { InitialSchema1764000000000 } from './1764000000000-InitialSchema';

/** Every migration, the oldest first. Named here and not searched for, so that sources and compiled files agree. */
export const MIGRATIONS = [InitialSchema1764000000000];
