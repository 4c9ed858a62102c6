//! What a metric on masks is, and several of them on the same images.

use crate::{Column, ConfusionMatrix};
use eps_data::{ClassSet, LabelMap};
use std::any::Any;
use std::fmt::Debug;

/// One image as metrics see it. All maps have the same size.
#[derive(Clone, Copy, Debug)]
pub struct MaskedImage<'a> {
    /// The ground truth, in which pixels may be ignored.
    pub truth: &'a LabelMap,
    pub predicted: &'a LabelMap,
    /// Classes that the image is labelled with.
    pub labels: ClassSet,
    /// Pixels by true and predicted class.
    pub matrix: &'a ConfusionMatrix,
    /// Where the stuff is that comes with each class; absent without maps of it.
    pub stuff: Option<&'a LabelMap>,
}

/// A metric on masks: integers that grow image by image, and the scores that they come to.
///
/// Counts are merged in any order, so ratios are made in [`columns`](Self::columns), once, at the end.
pub trait PixelMetric: Clone + Debug + Send + Sync + 'static {
    /// Counts the pixels of one image.
    fn count(&mut self, image: &MaskedImage<'_>);

    /// Adds the pixels that `other` counted.
    ///
    /// # Panics
    ///
    /// If the two were made for different classes or with different settings.
    fn merge(self, other: &Self) -> Self;

    /// The scores that every table shows; none where
    /// [`MethodDetails`](crate::MethodDetails) has them in another form.
    fn columns(&self) -> Vec<Column> {
        Vec::new()
    }
}

/// Metrics on the same images, each at most once.
///
/// ```
/// use eps_data::LabelMap;
/// use eps_eval::{Column, Details, MaskedImage, PixelMetric};
///
/// /// Images whose truth and prediction are the same.
/// #[derive(Clone, Debug, Default)]
/// struct ExactMasks {
///     images: u64,
///     exact: u64,
/// }
///
/// impl PixelMetric for ExactMasks {
///     fn count(&mut self, image: &MaskedImage<'_>) {
///         self.images += 1;
///         self.exact += u64::from(image.truth == image.predicted);
///     }
///
///     fn merge(self, other: &Self) -> Self {
///         Self { images: self.images + other.images, exact: self.exact + other.exact }
///     }
///
///     fn columns(&self) -> Vec<Column> {
///         let share = (self.images > 0).then(|| self.exact as f64 / self.images as f64);
///         vec![Column::fraction("exact masks", share, Vec::new())]
///     }
/// }
///
/// let metrics = Details::default().with(ExactMasks::default());
/// assert_eq!(metrics.columns()[0].mean, None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Details {
    metrics: Vec<Box<dyn AnyMetric>>,
}

impl Details {
    /// With one more metric.
    pub fn with(mut self, metric: impl PixelMetric) -> Self {
        self.metrics.push(Box::new(metric));
        self
    }

    /// The metric of this type; `None` if it is not among them.
    pub fn get<M: PixelMetric>(&self) -> Option<&M> {
        self.metrics.iter().find_map(|metric| as_any(&**metric).downcast_ref())
    }

    /// Counts one image for every metric.
    pub fn count(&mut self, image: &MaskedImage<'_>) {
        self.metrics.iter_mut().for_each(|metric| metric.count(image));
    }

    /// Adds what `other` counted.
    ///
    /// # Panics
    ///
    /// If they are not the same metrics in the same order.
    pub fn merge(self, other: &Self) -> Self {
        assert_eq!(self.metrics.len(), other.metrics.len(), "both must have the same metrics");
        let pairs = self.metrics.into_iter().zip(&other.metrics);
        Self { metrics: pairs.map(|(metric, other)| metric.merge(&**other)).collect() }
    }

    /// The scores of every metric, in their order.
    pub fn columns(&self) -> Vec<Column> {
        self.metrics.iter().flat_map(|metric| metric.columns()).collect()
    }
}

/// A [`PixelMetric`] whose type is not known, so that a list can hold different ones: one call an
/// image, while the loop over its pixels is compiled for the metric.
trait AnyMetric: Any + Debug + Send + Sync {
    fn count(&mut self, image: &MaskedImage<'_>);
    fn merge(self: Box<Self>, other: &dyn AnyMetric) -> Box<dyn AnyMetric>;
    fn columns(&self) -> Vec<Column>;
    // `Clone` returns its own type, for which a list of different metrics has no name.
    fn boxed(&self) -> Box<dyn AnyMetric>;
}

impl<M: PixelMetric> AnyMetric for M {
    fn count(&mut self, image: &MaskedImage<'_>) {
        PixelMetric::count(self, image);
    }

    fn merge(self: Box<Self>, other: &dyn AnyMetric) -> Box<dyn AnyMetric> {
        let other = as_any(other).downcast_ref().expect("both have the same metrics in one order");
        Box::new(PixelMetric::merge(*self, other))
    }

    fn columns(&self) -> Vec<Column> {
        PixelMetric::columns(self)
    }

    fn boxed(&self) -> Box<dyn AnyMetric> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn AnyMetric> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

fn as_any(metric: &dyn AnyMetric) -> &dyn Any {
    metric
}
