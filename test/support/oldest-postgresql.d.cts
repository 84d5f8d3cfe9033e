export declare const OLDEST_VERSION: number;
export declare const OLDEST_PACKAGE: string;
export declare const hasOldest: boolean;
