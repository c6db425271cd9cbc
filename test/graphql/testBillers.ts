// The two billers of the contract's tests.

export const CEDAR = '7f0c2e0e-4a53-4f0e-9a55-0d4f9a6f1c11';
export const MILL = '3b9d1c52-8e07-4d6a-b1f4-6a2f0c9e7d20';
