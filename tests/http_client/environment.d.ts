// What client.ts uses of the program that runs it.
declare const process: { argv: string[] };
