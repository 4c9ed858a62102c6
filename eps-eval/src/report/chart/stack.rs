//! Labels below each other, none on another.

// Least squares in a given order, by pooling neighbours (pool adjacent violators, as in isotonic regression).
// Label i of a block of labels of height h is at f + i h, where f is the place of its first, and wants to be
// at w_i. Σ (f + i h - w_i)² is least where f is the mean of w_i - i h: a block keeps their sum and number.
// Blocks that overlap become one, in which the lower labels have n more above them:
//
//   above   n labels, sum s
//   below   m labels, sum t       together   n + m labels, sum s + t - h n m
//
// n labels are pooled n - 1 times at most, so that sorting is what takes longest.

/// Where the middles of labels of one height go: each as near to where it is wanted as the others
/// leave it, in the order of the wanted places, and between `top` and `bottom` while there is room.
pub(super) fn stacked(wanted: &[i32], height: i32, [top, bottom]: [i32; 2]) -> Vec<i32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&index| wanted[index]);
    let mut blocks: Vec<Block> = Vec::new();
    for &index in &order {
        let mut block = Block { sum: i64::from(wanted[index]), count: 1 };
        block.keep_inside(height, [top, bottom]);
        while let Some(above) = blocks.pop_if(|above| above.end(height) > block.first()) {
            block = above.followed_by(&block, height);
            block.keep_inside(height, [top, bottom]);
        }
        blocks.push(block);
    }
    let placed = blocks
        .iter()
        .flat_map(|block| (0..block.count).map(|place| block.first() + height * place));
    let mut places = vec![0; wanted.len()];
    order.into_iter().zip(placed).for_each(|(index, place)| places[index] = place);
    places
}

/// Labels with no room between them, as a whole where the distances to what is wanted cancel out.
struct Block {
    /// Of the places of the first label that would put each label where it is wanted.
    sum: i64,
    count: i32,
}

impl Block {
    /// The middle of the first label.
    fn first(&self) -> i32 {
        (self.sum / i64::from(self.count)) as i32
    }

    /// The middle of the label after the last.
    fn end(&self, height: i32) -> i32 {
        self.first() + height * self.count
    }

    fn followed_by(self, below: &Self, height: i32) -> Self {
        let shift = i64::from(height) * i64::from(self.count) * i64::from(below.count);
        Self { sum: self.sum + below.sum - shift, count: self.count + below.count }
    }

    fn keep_inside(&mut self, height: i32, [top, bottom]: [i32; 2]) {
        let last = (bottom - height * (self.count - 1)).max(top);
        let first = self.first().clamp(top, last);
        if first != self.first() {
            self.sum = i64::from(first) * i64::from(self.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: [i32; 2] = [-1000, 1000];

    #[test]
    fn labels_with_room_stay_and_others_spread_around_where_they_are_wanted() {
        assert_eq!(stacked(&[50, 10], 10, EVERYWHERE), [50, 10]);
        assert_eq!(stacked(&[20, 20, 20], 10, EVERYWHERE), [10, 20, 30]);
        assert_eq!(stacked(&[100, 20, 24], 10, EVERYWHERE), [100, 17, 27]);
        // The last pushes the block of the first two upwards.
        assert_eq!(stacked(&[20, 20, 29], 10, EVERYWHERE), [13, 23, 33]);
    }

    #[test]
    fn no_two_overlap_and_none_leaves_its_room() {
        let wanted: Vec<i32> = (0..40).map(|index| 300 + index * index % 37).collect();
        let mut places = stacked(&wanted, 10, [0, 400]);
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 10), "{places:?}");
        assert!(places[0] >= 0 && places[39] <= 400, "{places:?}");
        assert_eq!(stacked(&[5, 5], 10, [0, 100]), [0, 10]);
        assert!(stacked(&[], 10, EVERYWHERE).is_empty());
    }
}
