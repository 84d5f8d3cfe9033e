export declare const ECOSYSTEM_COMMAND: string;
export declare const hasEcosystem: boolean;
