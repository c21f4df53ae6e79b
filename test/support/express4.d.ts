// Express 4.18 under another name: the same types as Express 5, as far as these tests go.
declare module 'express4' {
  import express from 'express';
  export default express;
}
