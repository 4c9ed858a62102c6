//! Bilinear resizing with a gradient.

use burn::tensor::{Device, Tensor, TensorData};
use eps_data::transform::{BilinearTap, bilinear_taps};

/// Maps `[batch, channels, height, width]` at another size. Corners are not aligned, as PyTorch's
/// `interpolate` of a `size`.
pub fn resize(maps: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let [_, _, rows, columns] = maps.dims();
    let steps = [rows as f32 / height as f32, columns as f32 / width as f32];
    resize_by(maps, [height, width], steps)
}

/// Maps at `scale` times their size, rounded down, as PyTorch's `interpolate` of a `scale_factor`: pixels lie
/// `1 / scale` apart, whatever the rounding leaves out.
pub fn scaled(maps: Tensor<4>, scale: f64) -> Tensor<4> {
    let [_, _, rows, columns] = maps.dims();
    let to = [rows, columns].map(|side| ((side as f64 * scale) as usize).max(1));
    resize_by(maps, to, [(1.0 / scale) as f32; 2])
}

/// By two products with matrices of two weights a row, which have gradients on every backend.
fn resize_by(maps: Tensor<4>, [height, width]: [usize; 2], steps: [f32; 2]) -> Tensor<4> {
    let [batch, channels, rows, columns] = maps.dims();
    if [rows, columns] == [height, width] && steps == [1.0; 2] {
        return maps;
    }
    let device = maps.device();
    let planes = batch * channels;
    let across = weights(columns, width, steps[1], &device);
    let down = weights(rows, height, steps[0], &device);
    // The rows of all planes are one matrix, and turned over so are the columns: one product each.
    let wide = maps.reshape([planes * rows, columns]).matmul(across);
    let turned: Tensor<3> = wide.reshape([planes, rows, width]).swap_dims(1, 2);
    let tall = turned.reshape([planes * width, rows]).matmul(down);
    let upright: Tensor<3> = tall.reshape([planes, width, height]).swap_dims(1, 2);
    upright.reshape([batch, channels, height, width])
}

/// `[from, to]`: the shares of a line's values in those of the resized one.
fn weights(from: usize, to: usize, step: f32, device: &Device) -> Tensor<2> {
    let mut values = vec![0.0; from * to];
    for (target, BilinearTap { first, second, share }) in
        bilinear_taps(from, to, step).into_iter().enumerate()
    {
        values[first * to + target] += 1.0 - share;
        values[second * to + target] += share;
    }
    Tensor::from_data(TensorData::new(values, [from, to]), device)
}
