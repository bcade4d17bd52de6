;; SipHash-1-3 with 64 bits of output (Aumasson and Bernstein, github.com/veorq/SipHash), the reference's steps in its order.
;; The key lies at 0 (16 bytes), the digest is left at 16 (8 bytes), little-endian; behind the message lie eight zero bytes.
;; sip-hash.ts holds what this text assembles to; its test assembles the text and compares.
(module
  (memory (export "memory") 1)
  (func (export "digest") (param $at i32) (param $length i32)
    (local $v0 i64) (local $v1 i64) (local $v2 i64) (local $v3 i64)
    (local $word i64) (local $last i32) (local $rounds i32)
    (local.set $v0 (i64.xor (i64.load (i32.const 0)) (i64.const 0x736f6d6570736575)))
    (local.set $v1 (i64.xor (i64.load (i32.const 8)) (i64.const 0x646f72616e646f6d)))
    (local.set $v2 (i64.xor (i64.load (i32.const 0)) (i64.const 0x6c7967656e657261)))
    (local.set $v3 (i64.xor (i64.load (i32.const 8)) (i64.const 0x7465646279746573)))
    (local.set $last (i32.add (local.get $at) (i32.and (local.get $length) (i32.const -8))))
    (loop $next
      ;; A whole word; then the one that is not whole, with the length in its last byte; then three rounds over nothing.
      (if (i32.le_u (local.get $at) (local.get $last))
        (then
          (local.set $word (i64.load (local.get $at)))
          (if (i32.eq (local.get $at) (local.get $last))
            (then (local.set $word
              (i64.or (local.get $word) (i64.shl (i64.extend_i32_u (local.get $length)) (i64.const 56)))))))
        (else
          (local.set $word (i64.const 0))
          (if (i32.eqz (local.get $rounds)) (then (local.set $v2 (i64.xor (local.get $v2) (i64.const 0xff)))))
          (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))))
      (local.set $v3 (i64.xor (local.get $v3) (local.get $word)))
      (local.set $v0 (i64.add (local.get $v0) (local.get $v1)))
      (local.set $v2 (i64.add (local.get $v2) (local.get $v3)))
      (local.set $v1 (i64.xor (i64.rotl (local.get $v1) (i64.const 13)) (local.get $v0)))
      (local.set $v3 (i64.xor (i64.rotl (local.get $v3) (i64.const 16)) (local.get $v2)))
      (local.set $v0 (i64.rotl (local.get $v0) (i64.const 32)))
      (local.set $v2 (i64.add (local.get $v2) (local.get $v1)))
      (local.set $v0 (i64.add (local.get $v0) (local.get $v3)))
      (local.set $v1 (i64.xor (i64.rotl (local.get $v1) (i64.const 17)) (local.get $v2)))
      (local.set $v3 (i64.xor (i64.rotl (local.get $v3) (i64.const 21)) (local.get $v0)))
      (local.set $v2 (i64.rotl (local.get $v2) (i64.const 32)))
      (local.set $v0 (i64.xor (local.get $v0) (local.get $word)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $rounds) (i32.const 3))))
    (i64.store (i32.const 16)
      (i64.xor (i64.xor (local.get $v0) (local.get $v1)) (i64.xor (local.get $v2) (local.get $v3))))))
