package org.weft.hw.sim

/** C++ that moves bytes to and from a Verilated signal, whether it is a number or an array of words. */
object SignalBytes {
  val Functions: String = """template <typename T>
inline void put(T& signal, const uint8_t* bytes, int64_t size) {
  signal = 0;
  for (int64_t i = 0; i < size; i++) signal |= T(bytes[i]) << 8 * i;
}
template <std::size_t N>
inline void put(VlWide<N>& signal, const uint8_t* bytes, int64_t size) {
  for (std::size_t i = 0; i < N; i++) signal[i] = 0;
  for (int64_t i = 0; i < size; i++) signal[i / 4] |= EData(bytes[i]) << i % 4 * 8;
}
template <typename T>
inline void get(const T& signal, uint8_t* bytes, int64_t size) {
  for (int64_t i = 0; i < size; i++) bytes[i] = signal >> 8 * i;
}
template <std::size_t N>
inline void get(const VlWide<N>& signal, uint8_t* bytes, int64_t size) {
  for (int64_t i = 0; i < size; i++) bytes[i] = signal[i / 4] >> i % 4 * 8;
}"""
}
